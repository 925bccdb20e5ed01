using System.Diagnostics;
using Shop.Hosting;

namespace Shop.Tests.AppHost;

/// <summary>What becomes of all the processes when AppHost ends.</summary>
[Collection(WholeSystems.Collection)]
public sealed class StopTests
{
    private const double Start = 120;

    [Fact]
    public async Task Ctrl_C_stops_everything_within_15_seconds_also_after_services_and_servers_were_killed_and_came_back()
    {
        await using var shop = AppHostProcess.Start();
        await shop.SaysAsync("Shop is up", Start);
        foreach (var name in (string[])["Shop.Payment", "postgres", "beam.smp"])
        {
            var victim = shop.Find(name);
            Assert.NotNull(victim);
            ProcessTree.Send(victim.Id, ProcessTree.Kill);
            await Eventually.TrueAsync(() => Task.FromResult(shop.Find(name) is { } next && next.Id != victim.Id), $"{name} runs again", 60);
        }

        var started = shop.Started();
        var clock = Stopwatch.StartNew();
        shop.SendInterrupt();
        await shop.WhenEndedAsync(15);
        await Eventually.TrueAsync(() => Task.FromResult(IsAllGone(started)), "nothing of the run is left", 15 - clock.Elapsed.TotalSeconds);
        Assert.Equal(0, shop.ExitCode);
    }

    [Fact]
    public async Task When_AppHost_is_killed_nothing_that_it_started_is_left_after_10_seconds()
    {
        await using var shop = AppHostProcess.Start();
        await shop.SaysAsync("Shop is up", Start);
        var started = shop.Started();
        Assert.All((string[])["Shop.Auth", "Shop.Product", "Shop.Payment", "Shop.Web", "postgres", "beam.smp"], name => Assert.Contains(started, process => process.Runs(name)));

        var clock = Stopwatch.StartNew();
        shop.Kill();
        await shop.WhenEndedAsync(5);
        // The orchestrator looks every 2 s whether AppHost is there, and kills after 6 s what has not stopped by itself.
        await Eventually.TrueAsync(() => Task.FromResult(IsAllGone(started)), "nothing of the run is left", 10 - clock.Elapsed.TotalSeconds);
    }

    // A parent that ends gives its children to another one.
    private static bool IsAllGone(IReadOnlyList<RunningProcess> started)
    {
        var now = RunningProcess.All().Select(process => (process.Id, process.Command)).ToHashSet();
        return started.All(process => !now.Contains((process.Id, process.Command)));
    }
}
