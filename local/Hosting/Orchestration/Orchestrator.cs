using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Hosting;

#pragma warning disable CS0618 // lifecycle hooks are obsolete, and work as long as they are there

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts the resources of the application in the order that they wait for each other, and stops them.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    IEnumerable<IDistributedApplicationLifecycleHook> hooks,
    ResourceNotificationService notifications,
    ResourceStates states,
    ResourceUrls urls,
    EndpointAllocator endpoints,
    ProcessFactory processes,
    RunDirectory runDirectory,
    IHostApplicationLifetime lifetime) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, ResourceRunner> _runners = [];
    private readonly Dictionary<IResource, CancellationTokenSource> _waiting = [];
    private bool _disposed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token, lifetime.ApplicationStopping);
        try
        {
            await StartAllAsync(either.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Somebody pressed Ctrl+C while the application started. The host stops it now; that is no error.
            return;
        }
    }

    /// <summary>Stops the services, and when they are gone the servers that they use.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_runners.Values.Select(r => r.StartEnded));
        await Task.WhenAll(Runners(r => r is not ContainerResource).Select(r => r.StopAsync()));
        await Task.WhenAll(Runners(r => r is ContainerResource).Select(r => r.StopAsync()));
        endpoints.Dispose();
        runDirectory.Dispose();
    }

    /// <summary>Starts one process, unless it runs. One that waits for others is started at once.</summary>
    public async Task StartResourceAsync(string id, CancellationToken cancellationToken)
    {
        var runner = _runners[id];
        lock (_waiting)
        {
            if (_waiting.TryGetValue(runner.Resource, out var wait))
            {
                wait.Cancel();
                return;
            }
        }

        if (!runner.TryBeginStart())
            return;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            if (await PrepareAsync(runner.Resource, [runner], either.Token))
                await runner.LaunchAsync(either.Token);
        }
        finally
        {
            runner.EndStart();
        }
    }

    /// <summary>Stops one process and returns when it has ended.</summary>
    public Task StopResourceAsync(string id) => _runners[id].StopAsync();

    /// <summary>Ends what still runs, in whatever order. Does nothing after <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container knows this as a service and as a hosted service, and disposes of it twice.
        if (_disposed)
            return;
        _disposed = true;

        await _stopping.CancelAsync();
        await Task.WhenAll(_runners.Values.Select(r => r.StartEnded));
        await Task.WhenAll(_runners.Values.Select(r => r.DisposeAsync().AsTask()));
        endpoints.Dispose();
        runDirectory.Dispose();
        _stopping.Dispose();
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        eventing.Subscribe<BeforeResourceStartedEvent>((start, token) => WaitForDependenciesAsync(start.Resource, token));

        await states.PublishInitialAsync(model, cancellationToken);
        foreach (var resource in model.Resources.ToArray())
            await InitializeAsync(resource, cancellationToken);

        endpoints.Allocate(model);
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>().ToArray())
        {
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            await urls.PublishAsync(resource, cancellationToken);
        }

        await eventing.PublishAsync(new AfterEndpointsAllocatedEvent(services, model), cancellationToken);
        foreach (var hook in hooks)
            await hook.AfterEndpointsAllocatedAsync(model, cancellationToken);

        await Task.WhenAll(model.Resources.Where(r => r.HasProcess()).ToArray()
            .Select(r => Task.Run(() => StartFirstTimeAsync(r, cancellationToken), cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();

        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
        foreach (var hook in hooks)
            await hook.AfterResourcesCreatedAsync(model, cancellationToken);
    }

    private async Task InitializeAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var instance in resource.Annotations.OfType<ResourceInstancesAnnotation>().SelectMany(a => a.Instances))
            _runners.Add(instance.Value, new ResourceRunner(resource, instance, endpoints, processes, states));

        var initialize = new InitializeResourceEvent(
            resource, eventing, states.Logs, notifications, services);
        await eventing.PublishAsync(initialize, EventDispatchBehavior.NonBlockingConcurrent, cancellationToken);
    }

    private async Task StartFirstTimeAsync(IResource resource, CancellationToken cancellationToken)
    {
        var runners = Runners(r => r == resource).ToArray();
        if (resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
        {
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.NotStarted });
            return;
        }

        foreach (var runner in runners)
            runner.TryBeginStart();
        try
        {
            if (await PrepareAsync(resource, runners, cancellationToken))
                await Task.WhenAll(runners.Select(r => r.LaunchAsync(cancellationToken)));
        }
        finally
        {
            foreach (var runner in runners)
                runner.EndStart();
        }
    }

    /// <summary>Tells everyone that the processes are about to start, and waits for those who want to be waited for. False when it came to nothing.</summary>
    private async Task<bool> PrepareAsync(IResource resource, IReadOnlyList<ResourceRunner> runners, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var runner in runners)
                await states.StartingAsync(resource, runner.Id);
            await PublishConnectionStringAsync(resource, cancellationToken);
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // a subscriber is code of the application; whatever it throws keeps this resource from starting, and no other
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var runner in runners)
                await states.FailedToStartAsync(resource, runner.Id, e);
            return false;
        }
    }

    private async Task PublishConnectionStringAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (resource is IResourceWithConnectionString connectable)
        {
            await states.ConnectionStringAsync(connectable, cancellationToken);
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);
        }

        foreach (var child in states.ChildrenOf(resource))
            await PublishConnectionStringAsync(child, cancellationToken);
    }

    // A subscriber like any other, so that resources which start themselves wait as well. It is the last: it subscribes last.
    private async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        using var skip = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (resource.HasAnnotationOfType<WaitAnnotation>())
            lock (_waiting)
                _waiting[resource] = skip;
        try
        {
            await notifications.WaitForDependenciesAsync(resource, skip.Token);
        }
        catch (OperationCanceledException) when (skip.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Somebody gave the command to start without waiting.
            await notifications.PublishUpdateAsync(resource, s => s.State?.Text == KnownResourceStates.Waiting
                ? s with { State = KnownResourceStates.Starting }
                : s);
        }
        finally
        {
            lock (_waiting)
                _waiting.Remove(resource);
        }
    }

    private IEnumerable<ResourceRunner> Runners(Func<IResource, bool> which) => _runners.Values.Where(r => which(r.Resource));
}
