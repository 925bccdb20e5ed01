using System.Net;
using System.Text.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product.Catalog;

/// <summary>Changes to many products, and the record of who changed what.</summary>
public sealed class BulkTests(ProductService shop) : IClassFixture<ProductService>
{
    [Fact]
    public async Task Each_product_that_can_be_is_changed_and_for_the_others_it_is_said_why_not()
    {
        var (cheap, dear, unknown) = (await IdAsync(price: 10.05m), await IdAsync(price: 60_000m), Guid.NewGuid());
        var archived = await IdAsync();
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{archived}");

        var result = await BulkAsync([cheap, dear, unknown, archived, cheap], new { pricePercent = 100 });

        Assert.Equal(1, result.GetProperty("changed").GetInt32());
        Assert.Equal(
            [(cheap, false), (dear, true), (unknown, true), (archived, true)],
            result.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("id").GetGuid(), item.TryGetProperty("error", out _))));
        Assert.Equal(20.10m, await PriceAsync(cheap));
        Assert.Equal(60_000m, await PriceAsync(dear));
    }

    [Fact]
    public async Task Products_are_archived_and_brought_back_and_are_gone_and_there_at_once()
    {
        Guid[] ids = [await IdAsync(), await IdAsync()];
        await BulkAsync(ids, new { archived = true });
        foreach (var id in ids)
            Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(HttpMethod.Get, $"/products/{id}")).StatusCode);

        await BulkAsync(ids, new { archived = false, category = "home", price = new { amount = 7, currency = "EUR" } });
        foreach (var id in ids)
            Assert.Equal(("home", 7m), ((await shop.GetAsync($"/products/{id}")).GetProperty("category").GetString(), await PriceAsync(id)));
    }

    [Theory]
    [InlineData("""{"ids":[],"change":{"archived":true}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"],"change":{}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"],"change":{"pricePercent":-100}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"],"change":{"price":{"amount":1,"currency":"USD"}}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"],"change":{"price":{"amount":1,"currency":"EUR"},"pricePercent":1}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"],"change":{"category":"nowhere"}}""")]
    [InlineData("""{"ids":["01a20000-0000-7000-8000-000000000001"]}""")]
    [InlineData("""{"ids":["x"],"change":{"archived":true}}""")]
    public async Task Nonsense_is_refused(string body) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await shop.StaffAsync(HttpMethod.Post, "/products/bulk", JsonElement.Parse(body))).StatusCode);

    [Fact]
    public async Task The_history_of_a_stock_says_who_changed_it_by_how_much_and_why()
    {
        var id = await IdAsync(stock: 10);
        await shop.StaffAsync(HttpMethod.Post, $"/products/{id}/stock", new { change = -3, reason = " Broken " });
        await shop.StaffAsync(HttpMethod.Put, $"/products/{id}", ProductService.Body(stock: 20), ifMatch: "*");
        await shop.StaffAsync(HttpMethod.Put, $"/products/{id}", ProductService.Body(stock: 20), ifMatch: "*");
        Assert.Equal(HttpStatusCode.Conflict, (await shop.StaffAsync(HttpMethod.Post, $"/products/{id}/stock", new { change = -21 })).StatusCode);

        var history = await shop.AllAsync($"/products/{id}/stock-history", 1, shop.Token(Guid.NewGuid(), Permissions.CatalogWrite));

        Assert.Equal(
            [(13, 20, null), (-3, 7, "Broken"), (10, 10, null)],
            history.Select(row => (
                row.GetProperty("change").GetInt32(), row.GetProperty("stock").GetInt32(), row.TryGetProperty("reason", out var reason) ? reason.GetString() : null)));
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(
            HttpMethod.Get, $"/products/{Guid.NewGuid()}/stock-history", shop.Token(Guid.NewGuid(), Permissions.CatalogWrite))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Get, $"/products/{id}/stock-history", shop.Token(Guid.NewGuid()))).StatusCode);
    }

    [Fact]
    public async Task Of_which_products_there_are_few_left_is_told_to_those_who_see_to_them()
    {
        var (few, none, many) = (await IdAsync(stock: 2), await IdAsync(stock: 0), await IdAsync(stock: 50));

        var stock = await shop.GetAsync("/stats/stock", shop.Token(Guid.NewGuid(), Permissions.CatalogWrite));

        var items = stock.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ToList();
        Assert.Contains(none, items);
        Assert.Contains(few, items);
        Assert.DoesNotContain(many, items);
        Assert.True(stock.GetProperty("low").GetInt32() > 0 && stock.GetProperty("soldOut").GetInt32() > 0);
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Get, "/stats/stock", shop.Token(Guid.NewGuid(), Permissions.OrdersRead))).StatusCode);
    }

    [Fact, Trait("security", "43")]
    public async Task Whatever_staff_changes_of_a_product_is_recorded_with_the_change()
    {
        var id = await IdAsync(stock: 10, price: 10m);
        await shop.StaffAsync(HttpMethod.Post, $"/products/{id}/stock", new { change = 5, reason = "Delivery" });
        await shop.StaffAsync(HttpMethod.Put, $"/products/{id}", ProductService.Body(stock: null, price: 11m, name: "Kettle"), ifMatch: "*");
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{id}");
        await BulkAsync([id], new { archived = false });

        var actions = await shop.QueryAsync<string[]>(
            "SELECT array_agg((payload ->> 'action') || ' ' || coalesce(payload ->> 'detail', '') ORDER BY id) FROM outbox WHERE payload ->> 'subject' = $1", id.ToString());
        Assert.Equal(["product.create", "product.stock", "product.change", "product.archive"], actions.Select(action => action.Split(' ')[0]));
        Assert.Equal("product.stock +5: Delivery", actions[1]);
        Assert.Contains("price: 10.00 EUR -> 11.00 EUR", actions[2], StringComparison.Ordinal);
        Assert.Equal(1, await shop.QueryAsync<long>("SELECT count(*) FROM outbox WHERE payload ->> 'action' = 'product.bulk' AND payload ->> 'detail' = '1 products: brought back'"));
    }

    private async Task<Guid> IdAsync(int stock = 10, decimal price = 10m) => (await shop.CreateAsync(stock, price)).GetProperty("id").GetGuid();

    private async Task<decimal> PriceAsync(Guid id) => (await shop.GetAsync($"/products/{id}")).GetProperty("price").GetProperty("amount").GetDecimal();

    private async Task<JsonElement> BulkAsync(Guid[] ids, object change) =>
        await HttpAssert.JsonAsync(await shop.StaffAsync(HttpMethod.Post, "/products/bulk", new { ids, change }), HttpStatusCode.OK);
}
