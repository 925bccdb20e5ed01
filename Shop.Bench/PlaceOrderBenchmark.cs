using Npgsql;
using Shop.Messaging.Outbox;
using Shop.Product.Orders;

namespace Shop.Bench;

/// <summary>
/// Accepted orders per second at 16 connections over 10,000 products; beside the same statements through Npgsql without HTTP. Payment is
/// stopped meanwhile: what it takes of the processors is what <c>settle</c> measures. Product's relay runs in both.
/// </summary>
internal static class PlaceOrderBenchmark
{
    private const int Connections = 16;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        await shop.StopAsync("payment", cancellationToken);
        var ours = await Load.PerSecondAsync(Connections, Duration, (_, ct) => shop.PlaceAsync(ct), cancellationToken);

        await using var database = NpgsqlDataSource.Create(shop.ProductDatabase + ";Max Auto Prepare=64;Maximum Pool Size=30;No Reset On Close=true;Auto Prepare Min Usages=2;Options=-c plan_cache_mode=force_generic_plan");
        var placement = new OrderPlacement(database, new OutboxSignal());
        var customer = Guid.NewGuid();
        var limit = await Load.PerSecondAsync(Connections, Duration, (_, _) => PlaceAsync(placement, customer, shop.Products), cancellationToken);
        return [new Figure("place-order", ours, limit, "orders/s", "0.4 of the limit")];
    }

    private static async Task PlaceAsync(OrderPlacement placement, Guid customer, IReadOnlyList<Guid> products)
    {
        var request = new PlaceOrderRequest([new OrderLine(products[Random.Shared.Next(products.Count)], 1)], "tok_visa");
        if (await placement.PlaceAsync(customer, Guid.NewGuid().ToString(), request) is not Accepted)
        {
            throw new InvalidOperationException("An order was refused.");
        }
    }
}
