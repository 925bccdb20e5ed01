using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Hosting;
using Shop.Tests.Distributed;

namespace Shop.Tests.Faults;

/// <summary>
/// The whole system with two replicas of Product and of Payment, a gateway that loses some of its answers, and orders that expire soon; its
/// processes can be killed and frozen.
/// </summary>
public sealed class ShopUnderFaults : ShopSystem
{
    public new const string Collection = "the whole system under faults";

    private const int Stop = 19;
    private const int Continue = 18;

    private static readonly Dictionary<string, int> Replicas = new() { ["postgres"] = 1, ["messaging"] = 1, ["product"] = 2, ["payment"] = 2 };

    private readonly ConcurrentDictionary<string, ResourceEvent> _instances = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Stopwatch _sinceStart = new();
    private Task _watching = Task.CompletedTask;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _sinceStart.Start();
        _watching = WatchAsync();
        await WhenHealthyAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>
    /// Returns when the queues have been there for a while: RabbitMQ 3.10 that is killed within some 6 s of the first declaration of a
    /// quorum queue forgets the queue.
    /// </summary>
    public Task WhenQueuesAreSafeAsync() =>
        Eventually.TrueAsync(() => Task.FromResult(_sinceStart.Elapsed.TotalSeconds > 15), "the queues have been there for 15 s");

    /// <summary>Returns when every process of every resource works.</summary>
    public Task WhenHealthyAsync() => Eventually.TrueAsync(
        () => Task.FromResult(Replicas.All(x => Running(x.Key).Count(y => y.Snapshot.HealthStatus == HealthStatus.Healthy) == x.Value)),
        "all processes are healthy", seconds: 60);

    /// <summary>Kills so many processes of a resource, PostgreSQL's with all their children, and returns when that has been noticed.</summary>
    public async Task KillAsync(string resource, int count)
    {
        var victims = await ProcessesAsync(resource, count);
        // First held, so that none gets a child which outlives it.
        Array.ForEach(victims, process => ProcessTree.Send(process, Stop));
        foreach (var process in victims.SelectMany(x => ProcessTree.ChildrenOf(x).Prepend(x)).ToList())
            ProcessTree.Send(process, ProcessTree.Kill);

        await Eventually.TrueAsync(
            () => Task.FromResult(!Running(resource).Select(ProcessOf).Intersect(victims).Any()), $"{resource} is seen to have ended");
    }

    /// <summary>Freezes one process of a resource with its children while something is waited for, then lets them go on.</summary>
    public async Task FreezeAsync(string resource, Func<Task> meanwhile)
    {
        // The parent first: from then on there are no new children.
        List<int> frozen = [.. await ProcessesAsync(resource, 1)];
        ProcessTree.Send(frozen[0], Stop);
        frozen.AddRange(ProcessTree.ChildrenOf(frozen[0]));
        try
        {
            frozen.ForEach(process => ProcessTree.Send(process, Stop));
            await meanwhile();
        }
        finally
        {
            frozen.ForEach(process => ProcessTree.Send(process, Continue));
        }
    }

    /// <summary>The ids of so many processes of a resource, once they run.</summary>
    public Task<int[]> ProcessesAsync(string resource, int count) => Eventually.GetAsync(
        () => Task.FromResult(Running(resource).Select(ProcessOf).Take(count).ToArray() is { } found && found.Length == count ? found : null),
        $"{count} of {resource} run");

    protected override void Change(IDistributedApplicationTestingBuilder builder)
    {
        builder.CreateResourceBuilder<ProjectResource>("product").WithReplicas(2)
            .WithEnvironment("Orders__ExpireAfter", "00:00:10");
        builder.CreateResourceBuilder<ProjectResource>("payment").WithReplicas(2)
            .WithEnvironment("Payment__Simulated__Latency", "00:00:00.005")
            .WithEnvironment("Payment__Simulated__LostAnswers", "0.02")
            .WithEnvironment("Payment__GatewayTimeout", "00:00:02")
            .WithEnvironment("Payment__RetryDelay", "00:00:00.5");
    }

    private IEnumerable<ResourceEvent> Running(string resource) =>
        _instances.Values.Where(x => x.Resource.Name == resource && x.Snapshot.State?.Text == KnownResourceStates.Running);

    private static int ProcessOf(ResourceEvent instance) => ProcessTree.MainOf(instance.Snapshot)!.Value;

    private async Task WatchAsync()
    {
        await foreach (var change in Notifications.WatchAsync(_ending.Token))
            _instances[change.ResourceId] = change;
    }
}

[CollectionDefinition(ShopUnderFaults.Collection)]
public sealed class ShopUnderFaultsTests : ICollectionFixture<ShopUnderFaults>;
