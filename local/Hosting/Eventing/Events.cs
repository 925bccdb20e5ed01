using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start; resources may still be added and changed.</summary>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application as declared.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>The endpoints of all resources have been allocated.</summary>
public class AfterEndpointsAllocatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application as declared.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>All resources have been started, those that waited too.</summary>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application as declared.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>A resource enters the application.</summary>
public class InitializeResourceEvent(
    IResource resource, IDistributedApplicationEventing distributedApplicationEventing, ResourceLoggerService resourceLoggerService,
    ResourceNotificationService resourceNotificationService, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>To tell others with.</summary>
    public IDistributedApplicationEventing Eventing { get; } = distributedApplicationEventing;

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; } = resourceLoggerService.GetLogger(resource);

    /// <summary>To say what becomes of the resource.</summary>
    public ResourceNotificationService Notifications { get; } = resourceNotificationService;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The endpoints of a resource have been allocated.</summary>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The connection string of a resource is known. Nobody need listen there yet.</summary>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A resource is about to start. It starts when all subscribers have returned.</summary>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A resource works. Those who wait for it go on when all subscribers have returned.</summary>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A process of a resource has ended, or could not be started.</summary>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc />
    public IResource Resource { get; } = resource;

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The state that the process was left in.</summary>
    public ResourceEvent ResourceEvent { get; } = resourceEvent;
}
