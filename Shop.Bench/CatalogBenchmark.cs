using System.Diagnostics;
using Npgsql;

namespace Shop.Bench;

/// <summary>
/// What most visitors do: a list of 20 products of 1,000, and one product by id, requests per second at 32 connections, while stock changes 100 times
/// a second; beside a bare Kestrel in a process of its own that answers the same bytes under the same headers.
/// </summary>
internal static class CatalogBenchmark
{
    private const int Connections = 32;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1_000, cancellationToken);
        using var client = shop.Visit(Connections);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = ChangeStockAsync(shop, done.Token);
        Figure[] figures =
        [
            await CompareAsync("catalog, list of 20", () => "/products?limit=20"),
            await CompareAsync("catalog, product by id", () => $"/products/{shop.Products[Random.Shared.Next(shop.Products.Length)]}"),
        ];
        await done.CancelAsync();
        var perSecond = await changes;
        return [.. figures.Select(figure => figure with { Note = $"{perSecond:0} changes of stock a second" })];

        async Task<Figure> CompareAsync(string name, Func<string> path)
        {
            await using var bare = await BareServer.StartAsync(client, path(), cancellationToken);
            using var other = new LeanClient(bare.Address, Connections, token: null);
            var cpu = shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => client.GetAsync(path(), cancel), cancel => other.GetAsync(path(), cancel), cpu, cancellationToken);
            return new(name, result.Ours, result.Limit, "requests/s", "0.5 of the limit", result.Ours >= 0.5 * result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
            };
        }
    }

    /// <summary>Sets the stock of a random product to something below 100 every 10 ms, so that one in a hundred sells out; returns how many a second that were.</summary>
    private static async Task<double> ChangeStockAsync(ShopUnderLoad shop, CancellationToken cancellationToken)
    {
        var (clock, changes) = (Stopwatch.StartNew(), 0);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await using var change = shop.ProductDatabase.CreateCommand("UPDATE product_stock SET available = $1 WHERE product_id = $2");
                change.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Random.Shared.Next(100) });
                change.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = shop.Products[Random.Shared.Next(shop.Products.Length)] });
                changes += await change.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // All is measured.
        }
        return changes / clock.Elapsed.TotalSeconds;
    }
}
