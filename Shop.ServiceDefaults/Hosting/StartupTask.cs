using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Something to be done before the service listens, in the order of registration. When it throws, the service does not start.</summary>
public abstract class StartupTask : IHostedLifecycleService
{
    /// <summary>Does it.</summary>
    public abstract Task StartingAsync(CancellationToken cancellationToken);

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
