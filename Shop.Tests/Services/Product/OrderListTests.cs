using System.Net;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

public sealed class OrderListTests(ProductService shop) : IClassFixture<ProductService>
{
    [Fact]
    public async Task A_customer_pages_through_their_own_orders_newest_first()
    {
        var (product, customer, other) = (await NewAsync(), Guid.NewGuid(), Guid.NewGuid());
        var placed = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            placed.Insert(0, (await shop.PlaceAsync(customer, (product, 1))).GetProperty("id").GetGuid());
            await shop.PlaceAsync(other, (product, 1));
        }

        foreach (var limit in (int[])[1, 2, 7, 100])
            Assert.Equal(placed, Ids(await shop.AllAsync("/orders", limit, shop.Token(customer))));
        Assert.Equal(placed, Ids(await shop.AllAsync($"/orders?customer={other}", 3, shop.Token(customer))));
    }

    [Fact, Trait("security", "23")]
    public async Task Support_sees_everybodys_orders_or_one_customers()
    {
        var (product, customer) = (await NewAsync(), Guid.NewGuid());
        var support = shop.Token(Guid.NewGuid(), Permissions.OrdersRead);
        var id = (await shop.PlaceAsync(customer, (product, 1))).GetProperty("id").GetGuid();
        await shop.PlaceAsync(Guid.NewGuid(), (product, 1));

        Assert.Equal([id], Ids(await shop.AllAsync($"/orders?customer={customer}", 10, support)));
        Assert.True((await shop.AllAsync("/orders", 100, support)).Count >= 2);
        Assert.Equal(id, (await shop.GetAsync($"/orders/{id}", support)).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Orders_are_filtered_by_state()
    {
        var (product, customer) = (await NewAsync(), Guid.NewGuid());
        await shop.PlaceAsync(customer, (product, 1));
        var paid = (await shop.PlaceAsync(customer, (product, 1))).GetProperty("id").GetGuid();
        await shop.QueryAsync<Guid>("UPDATE orders SET status = 'paid' WHERE id = $1 RETURNING id", paid);

        Assert.Equal([paid], Ids(await shop.AllAsync("/orders?status=paid", 10, shop.Token(customer))));
        Assert.Single(await shop.AllAsync("/orders?status=pending", 10, shop.Token(customer)));
        Assert.Empty(await shop.AllAsync("/orders?status=refunded", 10, shop.Token(customer)));
    }

    [Fact, Trait("security", "23")]
    public async Task A_strangers_order_is_not_there()
    {
        var id = (await shop.PlaceAsync(Guid.NewGuid(), (await NewAsync(), 1))).GetProperty("id").GetGuid();

        var stranger = await shop.SendAsync(HttpMethod.Get, $"/orders/{id}", shop.Token(Guid.NewGuid(), Permissions.PaymentsRead));
        await HttpAssert.ProblemAsync(stranger, HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("?status=lost")]
    [InlineData("?status=Paid")]
    [InlineData("?customer=me")]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?after=nonsense")]
    public async Task A_bad_filter_is_refused(string query)
    {
        var answer = await shop.SendAsync(HttpMethod.Get, "/orders" + query, shop.Token(Guid.NewGuid()));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    private async Task<Guid> NewAsync() => (await shop.CreateAsync(stock: 1000)).GetProperty("id").GetGuid();

    private static IEnumerable<Guid> Ids(IEnumerable<System.Text.Json.JsonElement> orders) => orders.Select(order => order.GetProperty("id").GetGuid());
}
