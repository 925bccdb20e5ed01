using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aspire.Hosting.Lifecycle;

/// <summary>A service that subscribes to events before the application starts.</summary>
public interface IDistributedApplicationEventingSubscriber
{
    /// <summary>Subscribes.</summary>
    Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken);
}

/// <summary>A service that is called while the application starts.</summary>
[Obsolete("Use IDistributedApplicationEventingSubscriber instead.")]
public interface IDistributedApplicationLifecycleHook
{
    /// <summary>Before anything has started.</summary>
    Task BeforeStartAsync(DistributedApplicationModel appModel, CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>When all endpoints have been allocated.</summary>
    Task AfterEndpointsAllocatedAsync(DistributedApplicationModel appModel, CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>When all resources have been started.</summary>
    Task AfterResourcesCreatedAsync(DistributedApplicationModel appModel, CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>Registers subscribers.</summary>
public static class EventingSubscriberServiceCollectionExtensions
{
    /// <summary>Registers a subscriber.</summary>
    public static void AddEventingSubscriber<T>(this IServiceCollection services)
        where T : class, IDistributedApplicationEventingSubscriber =>
        services.AddSingleton<IDistributedApplicationEventingSubscriber, T>();

    /// <summary>Registers a subscriber unless it is registered already.</summary>
    public static void TryAddEventingSubscriber<T>(this IServiceCollection services)
        where T : class, IDistributedApplicationEventingSubscriber =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDistributedApplicationEventingSubscriber, T>());
}

/// <summary>Registers hooks.</summary>
[Obsolete("Use EventingSubscriberServiceCollectionExtensions instead.")]
public static class LifecycleHookServiceCollectionExtensions
{
    /// <summary>Registers a hook.</summary>
    public static void AddLifecycleHook<T>(this IServiceCollection services) where T : class, IDistributedApplicationLifecycleHook =>
        services.AddSingleton<IDistributedApplicationLifecycleHook, T>();

    /// <summary>Registers a hook.</summary>
    public static void AddLifecycleHook<T>(this IServiceCollection services, Func<IServiceProvider, T> implementationFactory)
        where T : class, IDistributedApplicationLifecycleHook =>
        services.AddSingleton<IDistributedApplicationLifecycleHook, T>(implementationFactory);

    /// <summary>Registers a hook unless it is registered already.</summary>
    public static void TryAddLifecycleHook<T>(this IServiceCollection services) where T : class, IDistributedApplicationLifecycleHook =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDistributedApplicationLifecycleHook, T>());

    /// <summary>Registers a hook unless it is registered already.</summary>
    public static void TryAddLifecycleHook<T>(this IServiceCollection services, Func<IServiceProvider, T> implementationFactory)
        where T : class, IDistributedApplicationLifecycleHook =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDistributedApplicationLifecycleHook, T>(implementationFactory));
}
