using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Writes the lines that resources print to the application's own log.</summary>
internal sealed class ResourceLogForwarder(
    ResourceNotificationService notifications, ResourceLoggerService logs, IHostEnvironment environment, ILoggerFactory loggers) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var forwarding = new Dictionary<string, Task>();
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
            {
                if (!forwarding.ContainsKey(change.ResourceId))
                    forwarding.Add(change.ResourceId, ForwardAsync(change, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(forwarding.Values);
        }
    }

    private async Task ForwardAsync(ResourceEvent resource, CancellationToken stoppingToken)
    {
        var log = loggers.CreateLogger($"{environment.ApplicationName}.Resources.{resource.Resource.Name}");
        try
        {
            await foreach (var lines in logs.WatchAsync(resource.ResourceId).WithCancellation(stoppingToken))
            {
                foreach (var line in lines)
                    log.Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, "{LineNumber}: {LineContent}", line.LineNumber, line.Content);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }
}
