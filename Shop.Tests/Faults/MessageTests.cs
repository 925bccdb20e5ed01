namespace Shop.Tests.Faults;

/// <summary>The network between the parts does what networks do.</summary>
[Collection(ShopUnderFaults.Collection)]
public sealed class MessageTests(ShopUnderFaults shop)
{
    [Fact]
    public async Task Nothing_is_lost_doubled_or_off_when_messages_come_twice_and_out_of_order_and_connections_are_cut()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);

        await traffic.DuringAsync("messages come twice and out of order", async () =>
        {
            await using var shuffler = await MessageShuffler.StartAsync(shop);
            await traffic.AcceptAsync(100);
            await shuffler.StopAsync();
            Assert.True(shuffler.Shuffled > 20, $"only {shuffler.Shuffled} messages were shuffled");
        });
        await traffic.DuringAsync("clients' connections are cut", () => traffic.AcceptAsync(60), cutConnections: true);
        await traffic.DuringAsync("RabbitMQ takes no messages", () => BrokerAlarm.DuringAsync(shop, () => traffic.AcceptAsync(60)));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }
}
