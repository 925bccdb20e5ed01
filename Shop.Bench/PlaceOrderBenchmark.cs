namespace Shop.Bench;

/// <summary>
/// Accepted orders per second at 16 connections over 10,000 products; beside the same statements through Npgsql without HTTP, on as many
/// connections. Payment is stopped meanwhile: what it takes of the processors is what <c>settle</c> measures. Product's relay runs in both.
/// </summary>
internal static class PlaceOrderBenchmark
{
    public const int Connections = 16;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        await shop.StopAsync("payment", cancellationToken);
        using var client = await shop.SignInAsync(Connections, cancellationToken);
        await using var bare = new BarePlacement(shop.ProductConnection, shop.Products);

        var cpu = shop.Processes.Meter();
        var result = await Load.CompareAsync(
            settings, Connections, cancel => shop.PlaceAsync(client, cancel), _ => bare.PlaceAsync(), cpu, cancellationToken);
        return
        [
            new("place-order", result.Ours, result.Limit, "orders/s", "0.5 of the limit and 1,200/s",
                result.Ours >= 0.5 * result.Limit && result.Ours >= 1200)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
                Note = shop.Processes.IsBehindProxy("product")
                    ? "a proxy stands between the client and Product."
                    : "Product listens on its public port itself; there is no proxy in between.",
            },
        ];
    }
}
