using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Something that happens in the life of the application.</summary>
public interface IDistributedApplicationEvent;

/// <summary>Something that happens to one resource.</summary>
public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
{
    /// <summary>The resource.</summary>
    IResource Resource { get; }
}

/// <summary>How the subscribers of an event are called.</summary>
public enum EventDispatchBehavior
{
    /// <summary>One after the other; publishing ends with the last.</summary>
    BlockingSequential,

    /// <summary>All at once; publishing ends with the last.</summary>
    BlockingConcurrent,

    /// <summary>One after the other, in the background.</summary>
    NonBlockingSequential,

    /// <summary>All at once, in the background.</summary>
    NonBlockingConcurrent,
}

/// <summary>Tells of the life of the application.</summary>
public interface IDistributedApplicationEventing
{
    /// <summary>Calls back at every event of that type.</summary>
    DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent;

    /// <summary>Calls back at every event of that type that happens to that resource.</summary>
    DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent;

    /// <summary>Ends a subscription.</summary>
    void Unsubscribe(DistributedApplicationEventSubscription subscription);

    /// <summary>Calls the subscribers one after the other, in the order in which they subscribed, and ends with the last.</summary>
    Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default) where T : IDistributedApplicationEvent;

    /// <summary>Calls the subscribers in that way.</summary>
    Task PublishAsync<T>(T @event, EventDispatchBehavior dispatchBehavior, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent;
}

/// <summary>A subscription to events.</summary>
public class DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
{
    /// <summary>What is called.</summary>
    public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; } = callback;
}

/// <summary>A subscription to events that happen to one resource.</summary>
public class DistributedApplicationResourceEventSubscription(
    IResource? resource, Func<IDistributedApplicationResourceEvent, CancellationToken, Task> callback)
    : DistributedApplicationEventSubscription((@event, cancellationToken) => callback((IDistributedApplicationResourceEvent)@event, cancellationToken))
{
    /// <summary>The resource; null for all.</summary>
    public IResource? Resource { get; } = resource;
}
