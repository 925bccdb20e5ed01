using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Health;

/// <summary>Checks the health of every resource that runs, and tells when one is ready.</summary>
internal sealed class HealthMonitor(
    ResourceNotificationService notifications,
    HealthCheckService checks,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    ILogger<HealthMonitor> log) : BackgroundService
{
    // Those who wait for the resource start this much later than they could.
    private static readonly TimeSpan UntilHealthy = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileBroken = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<IResource, Watch> _watches = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
                Follow(change, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_watches.Values.Select(w => w.Task));
        }
    }

    /// <summary>Begins anew when a process of the resource begins to run, and ends when none runs any more.</summary>
    private void Follow(ResourceEvent change, CancellationToken stoppingToken)
    {
        var watch = _watches.GetValueOrDefault(change.Resource);
        if (change.Snapshot.State?.Text == KnownResourceStates.Running)
        {
            if (watch?.Running.Contains(change.ResourceId) is true)
                return;

            watch?.Cancellation.Cancel();
            var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            _watches[change.Resource] = new Watch(
                [.. watch?.Running ?? [], change.ResourceId], cancellation, MonitorAsync(change.Resource, cancellation.Token));
        }
        else if (watch is not null && watch.Running.Remove(change.ResourceId) && watch.Running.Count == 0)
        {
            watch.Cancellation.Cancel();
            _watches.Remove(change.Resource);
        }
    }

    private async Task MonitorAsync(IResource resource, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var keys = resource.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var annotations)
                ? annotations.Select(a => a.Key).ToHashSet()
                : [];
            var isReady = false;
            while (true)
            {
                var healthy = AllStarted(resource) && await CheckAsync(resource, keys, cancellationToken);
                if (healthy && !isReady)
                {
                    isReady = true;
                    await TellReadyAsync(resource, cancellationToken);
                    if (keys.Count == 0)
                        return;
                }

                await Task.Delay(healthy ? WhileHealthy : isReady ? WhileBroken : UntilHealthy, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // nobody awaits this: an error that is not logged here is seen by nobody
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "The health of {ResourceName} is no longer watched.", resource.Name);
        }
    }

    // A resource with replicas is ready when all of them are; one that has ended is not waited for.
    private bool AllStarted(IResource resource) => resource.GetIds().All(id =>
        notifications.TryGetCurrentState(id, out var current)
        && current.Snapshot.State?.Text is { } state
        && state != KnownResourceStates.Starting && state != KnownResourceStates.Waiting);

    private async Task<bool> CheckAsync(IResource resource, HashSet<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return true;

        var report = await checks.CheckHealthAsync(registration => keys.Contains(registration.Name), cancellationToken);
        var reports = report.Entries
            .Select(e => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.ToString()))
            .ToArray();
        foreach (var id in resource.GetIds())
        {
            if (notifications.TryGetCurrentState(id, out var current) && !Same(current.Snapshot.HealthReports, reports))
                await notifications.PublishUpdateAsync(resource, id, s => s with { HealthReports = Merge(s.HealthReports, reports) });
        }

        return report.Status == HealthStatus.Healthy;
    }

    private async Task TellReadyAsync(IResource resource, CancellationToken cancellationToken)
    {
        var told = eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
        // Whoever waits for the resource also waits for those who are told, and sees what they throw.
        await told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (told.Exception is { } failure)
            log.LogError(failure.InnerException, "A subscriber that was told that {ResourceName} is ready failed.", resource.Name);
        await notifications.PublishUpdateAsync(resource, s => s with { Ready = told });
    }

    private static bool Same(ImmutableArray<HealthReportSnapshot> known, HealthReportSnapshot[] reports) =>
        reports.All(r => known.Any(k => k.Name == r.Name && k.Status == r.Status && k.Description == r.Description));

    private static ImmutableArray<HealthReportSnapshot> Merge(ImmutableArray<HealthReportSnapshot> known, HealthReportSnapshot[] reports)
    {
        var now = DateTime.UtcNow;
        return [.. known.Where(k => reports.All(r => r.Name != k.Name)), .. reports.Select(r => r with { LastRunAt = now })];
    }

    private sealed record Watch(HashSet<string> Running, CancellationTokenSource Cancellation, Task Task);
}
