namespace Shop.Bench;

/// <summary>
/// What a visitor's browser asks the store for: the page of a category and the page of a product, rendered by Web from Product's answers, requests per second at
/// 32 connections; beside a bare Kestrel in a process of its own that answers the same bytes under the same headers, and beside the API that Web asks.
/// </summary>
internal static class PageBenchmark
{
    private const int Connections = 32;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1_000, cancellationToken);
        using var pages = shop.VisitStore(Connections);
        using var api = shop.Visit(Connections);
        return
        [
            await CompareAsync("page, products", "/search", "/products?limit=24"),
            await CompareAsync("page, product", $"/p/{shop.Products[0]}", $"/products/{shop.Products[0]}"),
        ];

        async Task<Figure> CompareAsync(string name, string path, string ofApi)
        {
            path = await ResolveAsync(pages, path, cancellationToken);
            await using var bare = await BareServer.StartAsync(pages, path, cancellationToken);
            using var other = new LeanClient(bare.Address, Connections, token: null);
            var cpu = shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => pages.GetAsync(path, cancel), cancel => other.GetAsync(path, cancel), cpu, cancellationToken);
            var use = cpu.Use;
            var beside = await Load.RunAsync(
                Connections, settings.Round, cancel => api.GetAsync(ofApi, cancel), cancellationToken);
            return new(name, result.Ours, result.Limit, "requests/s", "0.15 of the limit", result.Ours >= 0.15 * result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = use,
                Note = $"{beside.PerSecond:0} a second of the API",
            };
        }
    }

    /// <summary>The address with the name in it, which the one without it leads to.</summary>
    private static async Task<string> ResolveAsync(LeanClient pages, string path, CancellationToken cancellationToken)
    {
        using var answer = await pages.OpenAsync(path, cancellationToken);
        return answer.Headers.Location is { } other ? other.OriginalString : path;
    }
}
