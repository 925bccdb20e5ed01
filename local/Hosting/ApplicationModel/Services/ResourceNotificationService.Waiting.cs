using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

public partial class ResourceNotificationService
{
    private static readonly string[] UnavailableStates =
        [KnownResourceStates.Finished, KnownResourceStates.Exited, KnownResourceStates.FailedToStart, KnownResourceStates.RuntimeUnhealthy];

    /// <summary>Waits for a state; for Running when none is given.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the application was disposed of.</exception>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [string.IsNullOrEmpty(targetState) ? KnownResourceStates.Running : targetState], cancellationToken);

    /// <summary>Waits for one of some states, and says for which it was.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the application was disposed of.</exception>
    public async Task<string> WaitForResourceAsync(
        string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToArray();
        var reached = await WaitForResourceAsync(
            resourceName, e => states.Contains(e.Snapshot.State?.Text, StringComparer.OrdinalIgnoreCase), cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until a process of the resource is as wished.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the application was disposed of.</exception>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token, cancellationToken);
        await foreach (var change in WatchAsync(either.Token))
        {
            if (IsNamed(change, resourceName) && predicate(change))
                return change;
        }

        throw new OperationCanceledException("The operation was cancelled before the resource met the predicate condition.");
    }

    /// <summary>Waits until a process of the resource works, and those who are told when it is ready have returned.</summary>
    /// <exception cref="DistributedApplicationException">It failed, and that ends the wait.</exception>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, _defaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a process of the resource works, and those who are told when it is ready have returned.</summary>
    /// <exception cref="DistributedApplicationException">It failed, and that ends the wait.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var reached = await WaitForResourceAsync(
            resourceName,
            e => e.Snapshot.HealthStatus == HealthStatus.Healthy || (waitBehavior is WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e)),
            cancellationToken);
        if (reached.Snapshot.HealthStatus != HealthStatus.Healthy)
        {
            _logger.LogError("Stopped waiting for resource '{ResourceName}' to become healthy because it failed to start.", resourceName);
            throw new DistributedApplicationException($"Stopped waiting for resource '{resourceName}' to become healthy because it failed to start.");
        }

        return await WaitUntilReadyAsync(resourceName, reached.ResourceId, cancellationToken);
    }

    /// <summary>Waits for all that the resource was declared to wait for.</summary>
    /// <exception cref="DistributedApplicationException">One of them failed, and that ends the wait.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().Where(w => w.Resource is not IResourceWithoutLifetime).ToArray();
        if (waits.Length == 0)
            return;

        // Of several replicas, only those that are about to start wait.
        await PublishUpdateAsync(resource, s =>
            s.State?.Text == KnownResourceStates.Running || KnownResourceStates.TerminalStates.Contains(s.State?.Text)
                ? s
                : s with { State = KnownResourceStates.Waiting });
        await Task.WhenAll(
            from wait in waits
            let ids = wait.Resource.GetIds()
            from id in ids
            select WaitForAsync(resource, wait, id, ids.Count > 1 ? id : wait.Resource.Name, cancellationToken));
    }

    private async Task WaitForAsync(IResource resource, WaitAnnotation wait, string id, string displayName, CancellationToken cancellationToken)
    {
        var log = _logs.GetLogger(resource);
        if (wait.WaitType is WaitType.WaitForCompletion)
        {
            log.LogInformation("Waiting for resource '{ResourceName}' to complete.", displayName);
            await WaitForCompletionAsync(wait, id, displayName, log, cancellationToken);
        }
        else
        {
            log.LogInformation("Waiting for resource '{ResourceName}' to enter the '{State}' state.", displayName, KnownResourceStates.Running);
            var behavior = wait.WaitBehavior ?? _defaultWaitBehavior;
            var reached = await WaitForResourceAsync(
                wait.Resource.Name,
                e => e.ResourceId == id && (IsRunning(e) || (behavior is WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e))),
                cancellationToken);
            if (!IsRunning(reached))
                throw Failure(log, displayName, reached.Snapshot);

            if (wait.WaitType is WaitType.WaitUntilHealthy)
            {
                if (wait.Resource.HasAnnotationIncludingAncestorsOfType<HealthCheckAnnotation>())
                    log.LogInformation("Waiting for resource '{ResourceName}' to become healthy.", displayName);
                await WaitUntilHealthyAsync(wait, behavior, id, displayName, log, cancellationToken);
            }
        }

        log.LogInformation("Finished waiting for resource '{ResourceName}'.", displayName);
    }

    private async Task WaitUntilHealthyAsync(
        WaitAnnotation wait, WaitBehavior behavior, string id, string displayName, ILogger log, CancellationToken cancellationToken)
    {
        var reached = await WaitForResourceAsync(
            wait.Resource.Name,
            e => e.ResourceId == id && (IsReady(e) || (behavior is WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e))),
            cancellationToken);
        if (!IsReady(reached))
            throw Failure(log, displayName, reached.Snapshot);

        await reached.Snapshot.Ready!.WaitAsync(cancellationToken);
    }

    private async Task WaitForCompletionAsync(WaitAnnotation wait, string id, string displayName, ILogger log, CancellationToken cancellationToken)
    {
        var ended = await WaitForResourceAsync(
            wait.Resource.Name,
            e => e.ResourceId == id && (IsTerminal(e) || e.Snapshot.ExitCode is not null),
            cancellationToken);
        var (state, exitCode) = (ended.Snapshot.State?.Text, ended.Snapshot.ExitCode);
        if (state == KnownResourceStates.FailedToStart)
            throw Failure(log, displayName, ended.Snapshot);

        if (exitCode is not null && exitCode != wait.ExitCode)
        {
            log.LogError(
                "Resource '{ResourceName}' has entered the '{State}' state with exit code '{ExitCode}', expected '{ExpectedExitCode}'.",
                displayName, state, exitCode, wait.ExitCode);
            throw new DistributedApplicationException(
                $"Resource '{displayName}' has entered the '{state}' state with exit code '{exitCode}', expected '{wait.ExitCode}'.");
        }
    }

    private async Task<ResourceEvent> WaitUntilReadyAsync(string resourceName, string id, CancellationToken cancellationToken)
    {
        var reached = await WaitForResourceAsync(resourceName, e => e.ResourceId == id && e.Snapshot.Ready is not null, cancellationToken);
        await reached.Snapshot.Ready!.WaitAsync(cancellationToken);
        return reached;
    }

    private static DistributedApplicationException Failure(ILogger log, string name, CustomResourceSnapshot snapshot)
    {
        var message = snapshot.State?.Text == KnownResourceStates.FailedToStart
            ? $"Dependency resource '{name}' failed to start."
            : $"Resource '{name}' has entered the '{snapshot.State?.Text}' state prematurely.";
        log.LogError("{Message}", message);
        return new DistributedApplicationException(message);
    }

    private static bool IsRunning(ResourceEvent e) => e.Snapshot.State?.Text == KnownResourceStates.Running;

    private static bool IsReady(ResourceEvent e) => e.Snapshot.HealthStatus == HealthStatus.Healthy && e.Snapshot.Ready is not null;

    private static bool IsUnavailable(ResourceEvent e) => UnavailableStates.Contains(e.Snapshot.State?.Text);

    private static bool IsTerminal(ResourceEvent e) => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text);
}
