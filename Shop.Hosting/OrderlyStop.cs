using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>
/// Stops services before the servers that they use, so that they can finish their work. (Aspire's orchestrator stops everything at once.)
/// Deletes the run's files at the end.
/// </summary>
internal sealed class OrderlyStop(
    DistributedApplicationModel model, ResourceCommandService commands, ServerDirectories directories, ILogger<OrderlyStop> logger) : IHostedLifecycleService
{
    // Services stop within 3 s. The orchestrator then gives each server 6 s, and all of it must fit into the 15 s that a stop may take.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

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
            logger.LogWarning("Services did not stop within {Seconds} s; stopping the servers", Limit.TotalSeconds);
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
