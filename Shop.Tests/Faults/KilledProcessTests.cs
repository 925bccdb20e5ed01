namespace Shop.Tests.Faults;

/// <summary>Processes die without warning while orders flow, and come back by themselves.</summary>
[Collection(ShopUnderFaults.Collection)]
public sealed class KilledProcessTests(ShopUnderFaults shop)
{
    [Fact]
    public async Task Nothing_is_lost_doubled_or_off_when_replicas_of_the_services_are_killed_one_or_all_at_once()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);

        await traffic.DuringAsync("a replica of Product and one of Payment are killed", async () =>
        {
            await shop.KillAsync("product", 1);
            await shop.KillAsync("payment", 1);
        });
        await traffic.DuringAsync("both replicas of Product are killed", () => shop.KillAsync("product", 2));
        await traffic.DuringAsync("both replicas of Payment are killed", () => shop.KillAsync("payment", 2));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }

    [Fact]
    public async Task Nothing_is_lost_doubled_or_off_when_the_broker_or_the_database_server_is_killed()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);
        await shop.WhenQueuesAreSafeAsync();

        await traffic.DuringAsync("RabbitMQ is killed", () => shop.KillAsync("messaging", 1));
        await traffic.DuringAsync("PostgreSQL is killed", () => shop.KillAsync("postgres", 1));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }
}
