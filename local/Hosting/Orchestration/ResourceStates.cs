using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Says what state a process is in: to those who watch, to those who subscribed, and on the console when it is bad news.</summary>
internal sealed class ResourceStates(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    ILogger<DistributedApplication> console)
{
    public ResourceLoggerService Logs => logs;

    public ILogger<DistributedApplication> Console => console;

    /// <summary>The resources that live in this one and share its state.</summary>
    public IEnumerable<IResource> ChildrenOf(IResource resource) =>
        model.Resources.Where(r => r is IResourceWithParent child && child.Parent == resource && !r.HasOwnLifetime());

    public async Task PublishInitialAsync(DistributedApplicationModel application, CancellationToken cancellationToken)
    {
        foreach (var resource in application.Resources.ToArray())
        {
            await notifications.PublishUpdateAsync(resource, s => s with
            {
                ResourceType = TypeOf(resource) ?? s.ResourceType,
                CreationTimeStamp = DateTime.UtcNow,
                Relationships = RelationshipsOf(resource),
                HealthReports = NotCheckedYet(resource),
            });
            if (resource is ParameterResource parameter)
                await ResolveAsync(parameter, cancellationToken);
        }
    }

    public async Task StartingAsync(IResource resource, string id)
    {
        await notifications.PublishUpdateAsync(resource, id, s => s with
        {
            State = KnownResourceStates.Starting,
            HealthReports = NotCheckedYet(resource),
            Ready = null,
            ExitCode = null,
            StartTimeStamp = null,
            StopTimeStamp = null,
        });
        await ChildrenAsync(resource, s => s with { State = KnownResourceStates.Starting, Ready = null, StopTimeStamp = null });
    }

    public async Task RunningAsync(IResource resource, string id, StartedProcess process)
    {
        var now = DateTime.UtcNow;
        await notifications.PublishUpdateAsync(resource, id, s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = now,
            Urls = [.. s.Urls.Select(u => u with { IsInactive = false })],
            Properties = s.Properties.With("executable.pid", process.Process.Id).With("executable.path", process.Description),
            EnvironmentVariables =
                [.. process.Variables.Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, IsFromSpec: true))],
            Volumes = VolumesOf(resource),
        });
        await ChildrenAsync(resource, s => s with { State = KnownResourceStates.Running, StartTimeStamp = now });
    }

    public async Task StoppingAsync(IResource resource, string id)
    {
        await notifications.PublishUpdateAsync(resource, id, s => s with { State = KnownResourceStates.Stopping });
        await ChildrenAsync(resource, s => s with { State = KnownResourceStates.Stopping });
    }

    public Task EndedAsync(IResource resource, string id, int exitCode) => EndAsync(
        resource, id, resource is ContainerResource ? KnownResourceStates.Exited : KnownResourceStates.Finished, exitCode);

    /// <summary>A resource could not be started: says why in one line.</summary>
    public async Task FailedToStartAsync(IResource resource, string id, Exception reason)
    {
        console.LogError("{ResourceName} could not be started: {Reason}", resource.Name, reason.Message.ReplaceLineEndings(" "));
        logs.GetLogger(id).LogError(reason, "Failed to start");
        await EndAsync(resource, id, KnownResourceStates.FailedToStart, exitCode: null);
    }

    public async Task ConnectionStringAsync(IResourceWithConnectionString resource, CancellationToken cancellationToken)
    {
        var connectionString = await resource.GetConnectionStringAsync(cancellationToken);
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            Properties = s.Properties.With(CustomResourceKnownProperties.ConnectionString, connectionString, isSensitive: true),
        });
    }

    private async Task EndAsync(IResource resource, string id, string state, int? exitCode)
    {
        var now = DateTime.UtcNow;
        await notifications.PublishUpdateAsync(resource, id, s => s with
        {
            State = state,
            ExitCode = exitCode,
            StopTimeStamp = now,
            Urls = [.. s.Urls.Select(u => u with { IsInactive = true })],
        });
        await ChildrenAsync(resource, s => s with { State = state, StopTimeStamp = now });
        await StoppedAsync(resource, id);
    }

    private async Task StoppedAsync(IResource resource, string id)
    {
        if (notifications.TryGetCurrentState(id, out var current))
        {
            try
            {
                await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, current));
            }
#pragma warning disable CA1031 // a subscriber is code of the application; what it throws must not keep others from stopping
            catch (Exception e)
#pragma warning restore CA1031
            {
                console.LogError(e, "A subscriber that was told of the end of {ResourceName} failed.", resource.Name);
            }
        }

        foreach (var child in ChildrenOf(resource))
            await StoppedAsync(child, child.Name);
    }

    private async Task ChildrenAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> update)
    {
        foreach (var child in ChildrenOf(resource))
        {
            await notifications.PublishUpdateAsync(child, update);
            await ChildrenAsync(child, update);
        }
    }

    private async Task ResolveAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            var value = await parameter.GetValueAsync(cancellationToken);
            await notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = KnownResourceStates.Running,
                Properties = s.Properties.With("Value", value, parameter.Secret),
            });
        }
        catch (MissingParameterValueException e)
        {
            console.LogError(
                "{ParameterName} has no value: give one as configuration, for instance as the environment variable {Variable}.",
                parameter.Name, parameter.ConfigurationKey.Replace(":", "__", StringComparison.Ordinal).Replace('-', '_'));
            await notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = new ResourceStateSnapshot("Value missing", KnownResourceStateStyles.Warn),
                Properties = s.Properties.With("Value", e.Message),
            });
        }
    }

    private static string? TypeOf(IResource resource) => resource switch
    {
        ContainerResource => KnownResourceTypes.Container,
        ProjectResource => KnownResourceTypes.Project,
        ExecutableResource => KnownResourceTypes.Executable,
        _ => null,
    };

    private static ImmutableArray<RelationshipSnapshot> RelationshipsOf(IResource resource) =>
    [
        .. resource is IResourceWithParent { Parent.Name: var parent } ? [new(parent, KnownRelationshipTypes.Parent)] : Array.Empty<RelationshipSnapshot>(),
        .. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type)),
    ];

    private static ImmutableArray<HealthReportSnapshot> NotCheckedYet(IResource resource) =>
        resource.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var checks)
            ? [.. checks.Select(c => new HealthReportSnapshot(c.Key, null, null, null))]
            : [];

    private static ImmutableArray<VolumeSnapshot> VolumesOf(IResource resource) =>
        [.. resource.Annotations.OfType<ContainerMountAnnotation>()
            .Select(m => new VolumeSnapshot(m.Source, m.Target, m.Type.ToString(), m.IsReadOnly))];
}

internal static class PropertySnapshots
{
    /// <summary>The properties with one added or put in the place of the one of its name.</summary>
    public static ImmutableArray<ResourcePropertySnapshot> With(
        this ImmutableArray<ResourcePropertySnapshot> properties, string name, object? value, bool isSensitive = false) =>
        [.. properties.Where(p => p.Name != name), new ResourcePropertySnapshot(name, value) { IsSensitive = isSensitive }];
}
