namespace Shop.Bench;

/// <summary>A store of some size, and what is asked of it.</summary>
internal sealed class GrownStore(ShopUnderLoad shop, Guid[] customers, int size) : IAsyncDisposable
{
    private static readonly string[] Lists =
        ["/products?limit=20", "/products?limit=20&sort=price", "/products?limit=20&sort=-price", "/products?limit=20&sort=newest&inStock=true"];

    private static readonly string[] Words = ["red", "oak+lamp", "kettl", "small+tent", "pen", "round+mug", "size+7"];

    private LeanClient? _client;

    public ShopUnderLoad Shop => shop;

    private LeanClient Client => _client ?? throw new InvalidOperationException("Nobody has signed in.");

    public static async Task<GrownStore> OpenAsync(int size, CancellationToken cancellationToken)
    {
        var shop = await ShopUnderLoad.StartAsync(size, cancellationToken);
        await shop.StopAsync("payment", cancellationToken);
        return new(shop, await BulkData.AddOrdersAsync(shop.ProductDatabase, size, cancellationToken), size);
    }

    public async Task SignInAsync(int connections, CancellationToken cancellationToken) => _client = await shop.SignInAsync(connections, cancellationToken);

    public Task ProductAsync(CancellationToken cancellationToken) => Client.GetAsync($"/products/{Any(shop.Products)}", cancellationToken);

    public Task ProductListAsync(CancellationToken cancellationToken) => Client.GetAsync(Lists[Random.Shared.Next(Lists.Length)], cancellationToken);

    public Task HistoryAsync(CancellationToken cancellationToken) =>
        Client.GetAsync($"/orders?limit=20&customer={Any(customers)}", cancellationToken);

    /// <summary>Lists as staff opens them: all, those to ship, a day's, those of an amount, one by its number.</summary>
    public Task OfficeListAsync(CancellationToken cancellationToken)
    {
        var day = DateTime.UtcNow.AddSeconds(-Random.Shared.NextDouble() * size / 100);
        string[] lists =
        [
            "/orders?limit=50", "/orders?limit=50&fulfilment=unshipped", "/orders?limit=50&status=paid", "/orders?limit=50&minTotal=100",
            FormattableString.Invariant($"/orders?limit=50&to={day:yyyy-MM-ddTHH:mm:ss}Z"), FormattableString.Invariant($"/orders?number={1000 + Random.Shared.Next(size)}"),
        ];
        return Client.GetAsync(lists[Random.Shared.Next(lists.Length)], cancellationToken);
    }

    /// <summary>Products by words, as staff looks for them.</summary>
    public Task OfficeSearchAsync(CancellationToken cancellationToken) =>
        Client.GetAsync($"/products?limit=50&q={Words[Random.Shared.Next(Words.Length)]}", cancellationToken);

    /// <summary>What the page of today asks Product for.</summary>
    public async Task TodayAsync(CancellationToken cancellationToken)
    {
        foreach (var part in (string[])["/stats/orders?by=hour", "/stats/orders?by=day", "/stats/stock", "/orders?fulfilment=unshipped&limit=100", "/orders?status=pending&limit=100"])
            await Client.GetAsync(part, cancellationToken);
    }

    /// <summary>Waits until all orders are counted.</summary>
    public async Task CountedAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        await using var counted = shop.ProductDatabase.CreateCommand("SELECT coalesce(sum(count), 0) >= (SELECT count(*) FROM orders) FROM order_stats WHERE status = 'pending'");
        while (await counted.ExecuteScalarAsync(cancellationToken) is not true)
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    public Task<string> PlaceAsync(CancellationToken cancellationToken) => shop.PlaceAsync(Client, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await shop.DisposeAsync();
    }

    private static Guid Any(Guid[] ids) => ids[Random.Shared.Next(ids.Length)];
}
