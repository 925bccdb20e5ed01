using System.Diagnostics;
using Npgsql;

namespace Shop.Bench;

/// <summary>A burst of 5,000 orders over 32 connections: orders per second from the first POST until the last one is paid.</summary>
internal static class SettleBenchmark
{
    public const int Connections = 32;
    private const int Bursts = 3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        using var client = await shop.SignInAsync(Connections, cancellationToken);
        var burst = settings.Count(5_000);
        await BurstAsync(shop, client, burst, cancellationToken);

        var cpu = shop.Processes.Meter();
        var rates = new List<double>();
        var times = new List<double>();
        for (var i = 0; i < Bursts; i++)
        {
            var clock = Stopwatch.StartNew();
            times.AddRange(await cpu.DuringAsync(() => BurstAsync(shop, client, burst, cancellationToken)));
            rates.Add(burst / clock.Elapsed.TotalSeconds);
        }

        var (orders, wrong) = await AuditAsync(shop, cancellationToken);
        var posts = times.ToArray();
        return
        [
            new("settle", rates.Median(), null, "orders/s", "700/s, each paid exactly once", rates.Median() >= 700 && wrong == 0)
            {
                P50 = posts.Percentile(0.5),
                P99 = posts.Percentile(0.99),
                Cpu = cpu.Use,
                Note = $"times are those of the POSTs; of {orders} orders {orders - wrong} were charged exactly once, with their total.",
            },
        ];
    }

    /// <summary>Places a burst and waits until all of it is paid; returns how many milliseconds each POST took.</summary>
    public static async Task<double[]> BurstAsync(ShopUnderLoad shop, LeanClient client, int count, CancellationToken cancellationToken)
    {
        var outcome = await Load.CountAsync(Connections, count, cancel => shop.PlaceAsync(client, cancel), cancellationToken);
        await shop.SettledAsync(cancellationToken);
        return outcome.Milliseconds;
    }

    /// <summary>Compares the orders with the gateway's own books; returns how many orders there are, and how many differ there or are missing.</summary>
    private static async Task<(int Orders, int Wrong)> AuditAsync(ShopUnderLoad shop, CancellationToken cancellationToken)
    {
        var orders = await AmountsAsync(shop.ProductDatabase, "SELECT id, total FROM orders WHERE status = 'paid'", cancellationToken);
        var charges = await AmountsAsync(
            shop.PaymentDatabase, "SELECT order_id, amount FROM gateway.charges WHERE reference IS NOT NULL", cancellationToken);
        await using var count = shop.ProductDatabase.CreateCommand("SELECT count(*)::int FROM orders");
        var all = (int)(await count.ExecuteScalarAsync(cancellationToken))!;
        var right = orders.Count(order => charges[order.Key].SequenceEqual(order));
        return (all, all - right + charges.Count(charge => !orders.Contains(charge.Key)));
    }

    private static async Task<ILookup<Guid, decimal>> AmountsAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(Guid Order, decimal Amount)>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add((reader.GetGuid(0), reader.GetDecimal(1)));
        return rows.ToLookup(row => row.Order, row => row.Amount);
    }
}
