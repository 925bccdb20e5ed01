using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of several processes.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;

    /// <summary>An application that the host runs.</summary>
    public DistributedApplication(IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
    }

    /// <summary>The services of the AppHost.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The state of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Gives commands to resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>A builder without arguments.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>A builder with the arguments of the program.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>A builder with options.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts everything and returns when the last resource has been started, those that wait for others too.</summary>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await PrepareAsync(cancellationToken);
        await _host.StartAsync(cancellationToken);
    }

    /// <summary>Stops everything: services first, the servers that they use after them.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <summary>Runs until Ctrl+C, SIGTERM or cancellation.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await PrepareAsync(cancellationToken);
        await _host.RunAsync(cancellationToken);
    }

    /// <summary>Runs until Ctrl+C or SIGTERM.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Ends what still runs.</summary>
    public virtual void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what still runs.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
        else
            _host.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var eventing = Services.GetRequiredService<IDistributedApplicationEventing>();
        var executionContext = Services.GetRequiredService<DistributedApplicationExecutionContext>();
        foreach (var subscriber in Services.GetServices<IDistributedApplicationEventingSubscriber>())
            await subscriber.SubscribeAsync(eventing, executionContext, cancellationToken);

        var model = Services.GetRequiredService<DistributedApplicationModel>();
        await eventing.PublishAsync(new BeforeStartEvent(Services, model), cancellationToken);
#pragma warning disable CS0618 // hooks are obsolete, and work as long as they are there
        foreach (var hook in Services.GetServices<IDistributedApplicationLifecycleHook>())
            await hook.BeforeStartAsync(model, cancellationToken);
#pragma warning restore CS0618
    }
}
