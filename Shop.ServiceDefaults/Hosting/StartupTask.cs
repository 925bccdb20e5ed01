using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Work that is done before the service listens, in the order of registration. If it throws, the service does not start.</summary>
public abstract class StartupTask : IHostedLifecycleService
{
    /// <summary>Does the work.</summary>
    public abstract Task StartingAsync(CancellationToken cancellationToken);

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
