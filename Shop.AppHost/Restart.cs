using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.AppHost;

/// <summary>Restarts crashed resources. Aspire leaves them stopped, which suits a debugger and not a store.</summary>
public static class RestartExtensions
{
    /// <summary>
    /// Restarts each instance of the resource whose process exits without having been asked to: after 0.2 s, then with exponential backoff up
    /// to 30 s, which a minute of uptime resets. An instance that was stopped on purpose stays stopped.
    /// </summary>
    public static IResourceBuilder<T> WithRestart<T>(this IResourceBuilder<T> builder) where T : IResource
    {
        new Restarter(builder.Resource).Watch(builder.ApplicationBuilder);
        return builder;
    }
}

internal sealed class Restarter(IResource resource) : ResourceWatcher
{
    // EX_CONFIG of sysexits.h: how the scripts of Shop.Hosting say that a restart would fail again.
    private const int ConfigurationError = 78;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Instance> _instances = [];

    protected override Task<bool> OnChangeAsync(ResourceEvent change, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (change.Resource == resource && Died(change) is { } instance)
        {
            // Not awaited: the watcher must see the changes that come during the backoff.
            _ = RestartAsync(change, instance, services, cancellationToken);
        }

        return Task.FromResult(true);
    }

    /// <summary>The instance if this change says that it exited unexpectedly; else null.</summary>
    private Instance? Died(ResourceEvent change)
    {
        if (!_instances.TryGetValue(change.ResourceId, out var instance))
            _instances.Add(change.ResourceId, instance = new Instance());

        var before = instance.State;
        instance.State = change.Snapshot.State?.Text;
        if (instance.State == before)
            return null;

        if (instance.State == KnownResourceStates.Running)
            instance.RunningSince = DateTime.UtcNow;

        var ended = instance.State == KnownResourceStates.Finished || instance.State == KnownResourceStates.Exited;
        return ended && before != KnownResourceStates.Stopping && change.Snapshot.ExitCode != ConfigurationError ? instance : null;
    }

    private static async Task RestartAsync(ResourceEvent change, Instance instance, IServiceProvider services, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Restart");
        instance.Failures = DateTime.UtcNow - instance.RunningSince > Stable ? 1 : instance.Failures + 1;
        var delay = TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(instance.Failures - 1, 10)));
        logger.LogWarning(
            "{Resource} exited unexpectedly (exit code {ExitCode}); restarting it in {Delay:0.0} s",
            change.Resource.Name, change.Snapshot.ExitCode, delay.TotalSeconds);
        try
        {
            await Task.Delay(delay, cancellationToken);
            var result = await services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(
                change.ResourceId, KnownResourceCommands.StartCommand, cancellationToken);
            if (!result.Success && !cancellationToken.IsCancellationRequested)
                logger.LogError("{Resource} could not be restarted: {Reason}", change.Resource.Name, result.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application is stopping.
        }
    }

    private sealed class Instance
    {
        public string? State { get; set; }
        public DateTime RunningSince { get; set; } = DateTime.MaxValue;
        public int Failures { get; set; }
    }
}
