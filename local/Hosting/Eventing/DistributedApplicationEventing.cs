using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <inheritdoc cref="IDistributedApplicationEventing" />
public class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private readonly Lock _lock = new();
    private readonly List<(Type Event, DistributedApplicationEventSubscription Subscription)> _subscriptions = [];

    /// <inheritdoc />
    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent
    {
        var subscription = new DistributedApplicationEventSubscription((@event, cancellationToken) => callback((T)@event, cancellationToken));
        lock (_lock)
            _subscriptions.Add((typeof(T), subscription));

        return subscription;
    }

    /// <inheritdoc />
    public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent =>
        Subscribe<T>((@event, cancellationToken) => @event.Resource == resource ? callback(@event, cancellationToken) : Task.CompletedTask);

    /// <inheritdoc />
    public void Unsubscribe(DistributedApplicationEventSubscription subscription)
    {
        lock (_lock)
            _subscriptions.RemoveAll(s => s.Subscription == subscription);
    }

    /// <inheritdoc />
    public Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default) where T : IDistributedApplicationEvent =>
        PublishAsync(@event, EventDispatchBehavior.BlockingSequential, cancellationToken);

    /// <inheritdoc />
    public Task PublishAsync<T>(T @event, EventDispatchBehavior dispatchBehavior, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
    {
        DistributedApplicationEventSubscription[] subscribers;
        lock (_lock)
            subscribers = [.. _subscriptions.Where(s => s.Event == typeof(T)).Select(s => s.Subscription)];

        switch (dispatchBehavior)
        {
            case EventDispatchBehavior.BlockingConcurrent:
                return AllAtOnce();
            case EventDispatchBehavior.NonBlockingConcurrent:
                _ = AllAtOnce();
                return Task.CompletedTask;
            case EventDispatchBehavior.NonBlockingSequential:
                _ = Task.Run(OneAfterTheOther, CancellationToken.None);
                return Task.CompletedTask;
            default:
                return OneAfterTheOther();
        }

        async Task OneAfterTheOther()
        {
            foreach (var subscriber in subscribers)
                await subscriber.Callback(@event, cancellationToken);
        }

        Task AllAtOnce() => Task.WhenAll(subscribers.Select(s => s.Callback(@event, cancellationToken)));
    }
}
