using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    private readonly ImmutableArray<HealthReportSnapshot> _healthReports = [];
    private readonly ResourceStateSnapshot? _state;

    /// <summary>The kind of resource: Project, Container, Executable, Parameter, or the name of its type.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Named properties of all kinds.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>When it was made (UTC); null when not yet.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When it started last (UTC); null when it has not.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it stopped last (UTC); null when it has not, or runs again.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Its state; null when it has none yet. See <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State
    {
        get => _state;
        init
        {
            _state = value;
            HealthStatus = ComputeHealth(_healthReports, value?.Text);
        }
    }

    /// <summary>The exit code of its process, 128 plus the signal's number when a signal ended it; null while there is none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The worst of its health reports; healthy when there are none; null unless it is running.</summary>
    public HealthStatus? HealthStatus { get; private set; }

    /// <summary>What each of its health checks said last.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports
    {
        get => _healthReports;
        internal init
        {
            _healthReports = value;
            HealthStatus = ComputeHealth(value, State?.Text);
        }
    }

    /// <summary>The environment that its process was started with.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Where it is reached.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>Where its data is.</summary>
    public ImmutableArray<VolumeSnapshot> Volumes { get; init; } = [];

    /// <summary>What can be asked of it.</summary>
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];

    /// <summary>What it has to do with other resources.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>Whether a list of resources should leave it out.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The name of its icon; null for the one of its kind.</summary>
    public string? IconName { get; init; }

    /// <summary>How the icon is drawn; null for the usual way.</summary>
    public IconVariant? IconVariant { get; init; }

    /// <summary>Counts the updates of this resource.</summary>
    internal long Version { get; init; }

    /// <summary>The run of the subscribers of <see cref="Aspire.Hosting.ApplicationModel.ResourceReadyEvent"/>; null until it began.</summary>
    internal Task? Ready { get; init; }

    private static HealthStatus? ComputeHealth(ImmutableArray<HealthReportSnapshot> reports, string? state)
    {
        if (state != KnownResourceStates.Running)
            return null;
        if (reports.IsEmpty)
            return Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;

        // A check that has not run yet counts as unhealthy.
        return reports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);
    }
}
