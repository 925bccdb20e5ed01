using System.Net;
using Npgsql;

namespace Shop.Bench;

/// <summary>
/// Everybody wants the same product: accepted orders per second at 16 connections, beside the same statements without HTTP. Then there
/// are fewer pieces than buyers, and exactly as many orders have to be accepted.
/// </summary>
internal static class HotProductBenchmark
{
    private const int Connections = PlaceOrderBenchmark.Connections;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1, cancellationToken);
        await shop.StopAsync("payment", cancellationToken);
        using var client = await shop.SignInAsync(Connections, cancellationToken);
        await using var bare = new BarePlacement(shop.ProductConnection, shop.Products);

        var cpu = shop.Processes.Meter();
        var result = await Load.CompareAsync(
            settings, Connections, cancel => shop.PlaceAsync(client, cancel), _ => bare.PlaceAsync(), cpu, cancellationToken);
        var stock = settings.Count(1_000);
        var (accepted, left) = await SellOutAsync(shop, client, stock, cancellationToken);
        return
        [
            new("hot-product", result.Ours, result.Limit, "orders/s", "0.5 of the limit and 600/s, never oversold",
                result.Ours >= 0.5 * result.Limit && result.Ours >= 600 && accepted == stock && left == 0)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
                Note = $"of {stock} pieces {accepted} were sold to {2 * stock} buyers, {left} were left.",
            },
        ];
    }

    private static async Task<(int Accepted, int Left)> SellOutAsync(
        ShopUnderLoad shop, LeanClient client, int stock, CancellationToken cancellationToken)
    {
        shop.Sell(await BulkData.AddProductsAsync(shop.ProductDatabase, 1, cancellationToken));
        await using var set = shop.ProductDatabase.CreateCommand("UPDATE product_stock SET available = $2 WHERE product_id = $1");
        set.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = shop.Products[0] });
        set.Parameters.Add(new NpgsqlParameter<int> { TypedValue = stock });
        await set.ExecuteNonQueryAsync(cancellationToken);

        var accepted = 0;
        await Load.CountAsync(Connections, 2 * stock, async cancel =>
        {
            var (status, _) = await shop.TryPlaceAsync(client, cancel);
            if (status == HttpStatusCode.Accepted)
                Interlocked.Increment(ref accepted);
            else
                LeanClient.Expect(HttpStatusCode.Conflict, status, "POST /orders of what is sold out");
        }, cancellationToken);

        await using var left = shop.ProductDatabase.CreateCommand("SELECT available FROM product_stock WHERE product_id = $1");
        left.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = shop.Products[0] });
        return (accepted, (int)(await left.ExecuteScalarAsync(cancellationToken))!);
    }
}
