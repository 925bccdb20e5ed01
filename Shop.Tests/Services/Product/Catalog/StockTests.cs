using System.Net;
using Npgsql;
using Shop.Product.Orders;

namespace Shop.Tests.Services.Product.Catalog;

/// <summary>What goes out and what comes back of a few products that everybody wants.</summary>
public sealed class StockTests(ProductService shop) : IClassFixture<ProductService>
{
    private const int Stock = 10_000;
    private const int Buyers = 16;
    private const int OrdersEach = 20;

    private readonly Guid _customer = Guid.NewGuid();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("security", "32")]
    public async Task Stock_adds_up_when_orders_of_the_same_products_are_placed_cancelled_declined_and_refunded_at_once()
    {
        var products = new List<Guid>();
        for (var i = 0; i < 3; i++)
            products.Add((await shop.CreateAsync(Stock)).GetProperty("id").GetGuid());

        await Parallel.ForAsync(0, Buyers, new ParallelOptions { MaxDegreeOfParallelism = Buyers, CancellationToken = Cancel }, async (buyer, _) =>
        {
            for (var n = buyer; n < buyer + OrdersEach; n++)
                await OrderAsync(products[n % 3], products[(n + 1) % 3], n);
        });

        foreach (var product in products)
        {
            var sold = await shop.QueryAsync<long>(
                """
                SELECT coalesce(sum(i.quantity), 0) FROM order_items i JOIN orders o ON o.id = i.order_id
                WHERE i.product_id = $1 AND o.status IN ('pending', 'paid')
                """, product);
            Assert.Equal(Stock - sold, await shop.StockAsync(product));
        }
    }

    private async Task OrderAsync(Guid first, Guid second, int n)
    {
        var order = (await shop.PlaceAsync(_customer, (first, 1 + (n % 2)), (second, 1))).GetProperty("id").GetGuid();
        switch (n % 5)
        {
            case 0:
                await Task.WhenAll(CancelAsync(order), MoveAsync(OnPayment.PaidSql, order));
                break;
            case 1:
                await Task.WhenAll(CancelAsync(order), MoveAsync(OnPayment.DeclinedSql, order, "declined"));
                break;
            case 2:
                await MoveAsync(OnPayment.PaidSql, order);
                await CancelAsync(order);
                await Task.WhenAll(MoveAsync(OnPayment.RefundedSql, order, "cancelled", 1_000_000m), MoveAsync(OnPayment.RefundedSql, order, "cancelled", 1_000_000m));
                break;
            case 3:
                await MoveAsync(OnPayment.PaidSql, order);
                break;
        }
    }

    private async Task CancelAsync(Guid order)
    {
        using var answer = await shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{answer.StatusCode}");
    }

    /// <summary>Does what the handler of an event does.</summary>
    private async Task MoveAsync(string transition, Guid order, params object[] parameters)
    {
        await using var command = shop.Database.CreateCommand(transition);
        foreach (var parameter in parameters.Prepend(order))
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
