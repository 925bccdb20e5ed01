using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.AppHost;

/// <summary>Starts again what died by itself. Aspire leaves it dead, which is right for a debugger and wrong for a store.</summary>
public static class RestartExtensions
{
    /// <summary>
    /// Starts each instance of the resource again when its process ends without having been asked to: after 0.2 s, then twice as long each
    /// time up to 30 s. An instance that stayed up for a minute begins anew. One that was stopped on purpose stays stopped.
    /// </summary>
    public static IResourceBuilder<T> WithRestart<T>(this IResourceBuilder<T> builder) where T : IResource
    {
        new Restarter(builder.Resource).Watch(builder.ApplicationBuilder);
        return builder;
    }
}

internal sealed class Restarter(IResource resource) : ResourceWatcher
{
    // EX_CONFIG of sysexits.h: what a server of ours ends with when trying again changes nothing.
    private const int NothingToGain = 78;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Instance> _instances = [];

    protected override Task<bool> SeeAsync(ResourceEvent change, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (change.Resource == resource && Died(change) is { } instance)
        {
            // Beside the watching, which must not miss what happens meanwhile.
            _ = RestartAsync(change, instance, services, cancellationToken);
        }

        return Task.FromResult(true);
    }

    /// <summary>The instance when this change says that it ended by itself; else null.</summary>
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
        return ended && before != KnownResourceStates.Stopping && change.Snapshot.ExitCode != NothingToGain ? instance : null;
    }

    private static async Task RestartAsync(ResourceEvent change, Instance instance, IServiceProvider services, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Restart");
        instance.Failures = DateTime.UtcNow - instance.RunningSince > Stable ? 1 : instance.Failures + 1;
        var delay = TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(instance.Failures - 1, 10)));
        logger.LogWarning(
            "{Resource} ended by itself (exit code {ExitCode}); starting it again in {Delay:0.0} s",
            change.Resource.Name, change.Snapshot.ExitCode, delay.TotalSeconds);
        try
        {
            await Task.Delay(delay, cancellationToken);
            var result = await services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(
                change.ResourceId, KnownResourceCommands.StartCommand, cancellationToken);
            if (!result.Success && !cancellationToken.IsCancellationRequested)
                logger.LogError("{Resource} could not be started again: {Reason}", change.Resource.Name, result.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: no restart.
        }
    }

    private sealed class Instance
    {
        public string? State { get; set; }
        public DateTime RunningSince { get; set; } = DateTime.MaxValue;
        public int Failures { get; set; }
    }
}
