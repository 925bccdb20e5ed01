using Microsoft.Extensions.Hosting;

namespace Shop.AppHost;

/// <summary>
/// Sees every change of every resource, from before the first one starts until the application stops. (An ordinary background service
/// would begin only when the last resource has been started.)
/// </summary>
internal abstract class ResourceWatcher(ResourceNotificationService notifications, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenRegistration _onStopping;
    private Task _watching = Task.CompletedTask;

    /// <summary>Takes a change; false when it has seen enough.</summary>
    protected abstract Task<bool> SeeAsync(ResourceEvent change, CancellationToken cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _onStopping = lifetime.ApplicationStopping.Register(_stopping.Cancel);
        _watching = WatchAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _watching.WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _onStopping.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(stopping))
            {
                if (!await SeeAsync(change, stopping))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The application stops, and with it what there was to see.
        }
    }
}
