using System.Globalization;

namespace Shop.Bench;

/// <summary>
/// What a store does all day, with 1,000 and with 1,000,000 orders and products. Two stores run side by side and take turns, as the machine
/// does not stay the same for as long as one takes to grow.
/// </summary>
internal static class GrowthBenchmark
{
    private const int Connections = 16;
    private const double Alike = 1.3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var (small, large) = (1_000, settings.Count(1_000_000));
        await using var young = await Store.OpenAsync(small, cancellationToken);
        await using var old = await Store.OpenAsync(large, cancellationToken);
        await young.SignInAsync(cancellationToken);
        await old.SignInAsync(cancellationToken);

        var figures = new List<Figure>();
        // Placing comes last: it makes the small store larger.
        foreach (var (name, unit, act) in ((string, string, Func<Store, CancellationToken, Task>)[])
        [
            ("product page", "requests/s", (store, cancel) => store.ProductAsync(cancel)),
            ("product list", "requests/s", (store, cancel) => store.ProductListAsync(cancel)),
            ("order history", "requests/s", (store, cancel) => store.HistoryAsync(cancel)),
            ("place-order", "orders/s", (store, cancel) => store.PlaceAsync(cancel)),
        ])
        {
            var cpu = old.Shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => act(old, cancel), cancel => act(young, cancel), cpu, cancellationToken);
            figures.Add(new(string.Create(CultureInfo.InvariantCulture, $"growth, {name}: {large:n0} beside {small:n0}"),
                result.Ours, result.Limit, unit, "within 1.3 of the small one", result.Ours * Alike >= result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
            });
        }
        return figures;
    }

    /// <summary>A store of some size, and what is asked of it.</summary>
    private sealed class Store(ShopUnderLoad shop, Guid[] customers) : IAsyncDisposable
    {
        private static readonly string[] Lists =
            ["/products?limit=20", "/products?limit=20&sort=price", "/products?limit=20&sort=-price", "/products?limit=20&sort=newest&inStock=true"];

        private LeanClient? _client;

        public ShopUnderLoad Shop => shop;

        private LeanClient Client => _client ?? throw new InvalidOperationException("Nobody has signed in.");

        public static async Task<Store> OpenAsync(int size, CancellationToken cancellationToken)
        {
            var shop = await ShopUnderLoad.StartAsync(size, cancellationToken);
            await shop.StopAsync("payment", cancellationToken);
            return new(shop, await BulkData.AddOrdersAsync(shop.ProductDatabase, size, cancellationToken));
        }

        public async Task SignInAsync(CancellationToken cancellationToken) => _client = await shop.SignInAsync(Connections, cancellationToken);

        public Task ProductAsync(CancellationToken cancellationToken) => Client.GetAsync($"/products/{Any(shop.Products)}", cancellationToken);

        public Task ProductListAsync(CancellationToken cancellationToken) => Client.GetAsync(Lists[Random.Shared.Next(Lists.Length)], cancellationToken);

        public Task HistoryAsync(CancellationToken cancellationToken) =>
            Client.GetAsync($"/orders?limit=20&customer={Any(customers)}", cancellationToken);

        public Task<string> PlaceAsync(CancellationToken cancellationToken) => shop.PlaceAsync(Client, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            await shop.DisposeAsync();
        }

        private static Guid Any(Guid[] ids) => ids[Random.Shared.Next(ids.Length)];
    }
}
