using System.Globalization;
using Shop.Messaging.Broker;

namespace Shop.Bench;

/// <summary>
/// The relay alone, on a full outbox: events per second that the broker has confirmed; beside the raw client, which awaits its confirms in
/// batches of 100 on a quorum queue. Then 1,000,000 events: the last 100,000 must go as fast as the first.
/// </summary>
internal static class RelayBenchmark
{
    private const int Backlog = 1_000_000;
    private const double Alike = 1.3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 0, cancellationToken);
        foreach (var service in (string[])["payment", "product"])
            await shop.StopAsync(service, cancellationToken);
        await using var publisher = await RawPublisher.ConnectAsync(shop.Broker, cancellationToken);

        var rows = settings.Count(200_000) / 4;
        var cpu = shop.Processes.Meter();
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 0; round <= 4; round++)
        {
            var rate = (await DrainAsync(shop, publisher, rows, cpu, cancellationToken)).PerSecond;
            var limit = await publisher.PublishAsync(rows, cancellationToken);
            // The first round is for the runtime to learn what runs often.
            if (round > 0)
            {
                ours.Add(rate);
                limits.Add(limit);
            }
        }

        var backlog = settings.Backlog ?? settings.Count(Backlog);
        var part = backlog / 10;
        var whole = await DrainAsync(shop, publisher, backlog, shop.Processes.Meter(), cancellationToken);
        var (first, last) = (whole.Between(0, part), whole.Between(backlog - part, backlog));
        return
        [
            new("relay", ours.Median(), limits.Median(), "events/s", "0.5 of the limit", ours.Median() >= 0.5 * limits.Median())
            {
                Cpu = cpu.Use,
                Note = "the relay ran in the bench, without Product around it.",
            },
            new(string.Create(CultureInfo.InvariantCulture, $"relay, backlog of {backlog:n0}"), last, first, "events/s",
                "the last tenth within 1.3 of the first", last * Alike >= first)
            {
                Note = string.Create(CultureInfo.InvariantCulture, $"{whole.PerSecond:n0}/s over all."),
            },
        ];
    }

    /// <summary>Fills the outbox, lets the relay drain it and empties the queue.</summary>
    private static async Task<Progress> DrainAsync(
        ShopUnderLoad shop, RawPublisher publisher, int rows, CpuMeter cpu, CancellationToken cancellationToken)
    {
        await BulkData.AddEventsAsync(shop.ProductDatabase, rows, cancellationToken);
        var progress = await cpu.DuringAsync(() => RelayRun.DrainAsync(shop.ProductConnection, shop.Broker, rows, cancellationToken));
        await publisher.PurgeAsync(Topology.PaymentOrders, cancellationToken);

        await using var left = shop.ProductDatabase.CreateCommand("SELECT count(*)::int FROM outbox");
        return await left.ExecuteScalarAsync(cancellationToken) is 0
            ? progress
            : throw new InvalidOperationException("The relay left events in the outbox.");
    }
}
