using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Says on the console that the application starts, and that it has.</summary>
internal sealed class StartAnnouncement(ILogger<DistributedApplication> log, IConfiguration configuration) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var version = typeof(DistributedApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        log.LogInformation("Aspire version: {Version}", version);
        log.LogInformation("Distributed application starting.");
        log.LogInformation("Application host directory is: {AppHostDirectory}", configuration["AppHost:Directory"]);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested)
            log.LogInformation("Distributed application started. Press Ctrl+C to shut down.");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
