namespace Shop.Bench;

/// <summary>
/// What most visitors do: a list of 20 products of 1,000, and one product by id, requests per second at 32 connections; beside a bare
/// Kestrel in a process of its own that answers the same bytes under the same headers.
/// </summary>
internal static class CatalogBenchmark
{
    private const int Connections = 32;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1_000, cancellationToken);
        using var client = shop.Visit(Connections);
        return
        [
            await CompareAsync("catalog, list of 20", () => "/products?limit=20"),
            await CompareAsync("catalog, product by id", () => $"/products/{shop.Products[Random.Shared.Next(shop.Products.Length)]}"),
        ];

        async Task<Figure> CompareAsync(string name, Func<string> path)
        {
            await using var bare = await BareServer.StartAsync(client, path(), cancellationToken);
            using var other = new LeanClient(bare.Address, Connections, token: null);
            var cpu = shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => client.GetAsync(path(), cancel), cancel => other.GetAsync(path(), cancel), cpu, cancellationToken);
            return new(name, result.Ours, result.Limit, "requests/s", "0.7 of the limit", result.Ours >= 0.7 * result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
            };
        }
    }
}
