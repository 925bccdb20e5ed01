using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.AppHost;

/// <summary>Sees every change of every resource, from before the first one starts until the application stops.</summary>
internal abstract class ResourceWatcher
{
    /// <summary>Takes a change; false when it has seen enough.</summary>
    protected abstract Task<bool> SeeAsync(ResourceEvent change, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Begins before the first resource starts. (A background service would begin when the last one has been started.)</summary>
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
                if (!await SeeAsync(change, services, stopping))
                    return;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The application stops, and with it what there was to see.
            return;
        }
        catch (Exception e)
        {
            services.GetRequiredService<ILoggerFactory>().CreateLogger(GetType()).LogError(e, "Resources are not watched any more");
        }
    }
}
