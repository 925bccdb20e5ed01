using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.AppHost;

/// <summary>Receives every state change of every resource, from before the first one starts until the application stops.</summary>
internal abstract class ResourceWatcher
{
    /// <summary>Handles a change. False ends the watching.</summary>
    protected abstract Task<bool> OnChangeAsync(ResourceEvent change, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Begins before the first resource starts. (A background service would begin after the last one has.)</summary>
    public void Watch(IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode)
        {
            builder.OnBeforeStart((start, cancellationToken) =>
            {
                _ = WatchAsync(start.Services, start.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
                return Task.CompletedTask;
            });
        }
    }

    private async Task WatchAsync(IServiceProvider services, CancellationToken stopping)
    {
        try
        {
            await foreach (var change in services.GetRequiredService<ResourceNotificationService>().WatchAsync(stopping))
            {
                if (!await OnChangeAsync(change, services, stopping))
                    return;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The application is stopping.
        }
        catch (Exception e)
        {
            services.GetRequiredService<ILoggerFactory>().CreateLogger(GetType()).LogError(e, "Watching resources failed");
        }
    }
}
