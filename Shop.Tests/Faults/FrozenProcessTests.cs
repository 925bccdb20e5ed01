using System.Diagnostics;

namespace Shop.Tests.Faults;

/// <summary>Processes stop answering without dying, as on a machine that swaps, and go on after ten seconds.</summary>
[Collection(ShopUnderFaults.Collection)]
public sealed class FrozenProcessTests(ShopUnderFaults shop)
{
    [Fact]
    public async Task Nothing_is_lost_doubled_or_off_when_a_replica_the_broker_or_the_database_server_freezes_for_ten_seconds()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);

        await traffic.DuringAsync("a replica of Payment is frozen", () => shop.FreezeAsync("payment", TenSecondsAsync));
        await traffic.DuringAsync("RabbitMQ is frozen", () => shop.FreezeAsync("messaging", TenSecondsAsync));
        await traffic.DuringAsync("PostgreSQL is frozen", () => shop.FreezeAsync("postgres", TenSecondsAsync));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }

    private static Task TenSecondsAsync()
    {
        var clock = Stopwatch.StartNew();
        return Eventually.TrueAsync(() => Task.FromResult(clock.Elapsed.TotalSeconds > 10), "ten seconds are over");
    }
}
