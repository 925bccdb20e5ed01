using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A state: its name, and a style (see <see cref="KnownResourceStateStyles"/>) or null for the plain one.</summary>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>The state of that name in the plain style; null gives null.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>A variable of a process; <paramref name="IsFromSpec"/> is false when it was inherited.</summary>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>A URL of a resource; the name is the endpoint's, null when it is of none.</summary>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>How to show it.</summary>
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();

    /// <summary>True as long as nothing listens there.</summary>
    public bool IsInactive { get; init; }
}

/// <summary>How to show a URL.</summary>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <summary>Where a resource keeps data.</summary>
public sealed record VolumeSnapshot(string? Source, string Target, string MountType, bool IsReadOnly);

/// <summary>What a resource has to do with another.</summary>
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <summary>A named property of a resource.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether it must not be shown without being asked for.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>A command as it can be given at one moment.</summary>
public sealed record ResourceCommandSnapshot(
    string Name, ResourceCommandState State, string DisplayName, string? DisplayDescription, object? Parameter,
    string? ConfirmationMessage, string? IconName, IconVariant? IconVariant, bool IsHighlighted);

/// <summary>What one health check said last; the status is null until it has run.</summary>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When it ran last (UTC); null until it has run.</summary>
    public DateTime? LastRunAt { get; init; }
}

/// <summary>Whether a command can be given.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled,

    /// <summary>It cannot at the moment.</summary>
    Disabled,

    /// <summary>It makes no sense at the moment.</summary>
    Hidden,
}

/// <summary>How an icon is drawn.</summary>
public enum IconVariant
{
    /// <summary>As an outline.</summary>
    Regular,

    /// <summary>Filled.</summary>
    Filled,
}
