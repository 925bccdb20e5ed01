using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>
/// When the application stops, stops services before the servers that they use, so that they finish what they are at. (Aspire's orchestrator
/// stops everything at once.) Deletes the run's files when all has stopped.
/// </summary>
internal sealed class OrderlyStop(
    DistributedApplicationModel model, ResourceCommandService commands, ServerDirectories directories, ILogger<OrderlyStop> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var dependents = model.Resources.Where(resource => resource is ProjectResource
            && resource.Annotations.OfType<ResourceRelationshipAnnotation>().Any());
        try
        {
            await Task.WhenAll(dependents.Select(resource => commands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, limit.Token)));
        }
        catch (OperationCanceledException)
        {
            logger.LogWarning("Services were still stopping after {Seconds} s; the servers stop now", Limit.TotalSeconds);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        directories.Dispose();
        return Task.CompletedTask;
    }
}
