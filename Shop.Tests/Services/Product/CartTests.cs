using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests.Services.Product;

public sealed class CartTests(ProductService shop) : IClassFixture<ProductService>
{
    private readonly Guid _customer = Guid.NewGuid();

    [Fact]
    public async Task A_cart_has_what_was_put_in_with_the_prices_and_the_stock_of_this_moment()
    {
        var (cup, lamp) = (await NewAsync(stock: 3, price: 9.90m), await NewAsync(stock: 5, price: 30m));
        await PutAsync(lamp, 1);
        await PutAsync(cup, 4);

        var cart = await CartAsync();

        Assert.Equal([lamp, cup], cart.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("productId").GetGuid()));
        var line = cart.GetProperty("items")[1];
        Assert.Equal((4, 3, 9.90m, 39.60m), (line.GetProperty("quantity").GetInt32(), line.GetProperty("available").GetInt32(), Amount(line, "unitPrice"), Amount(line, "lineTotal")));
        Assert.Equal((5, 69.60m), (cart.GetProperty("count").GetInt32(), Amount(cart, "total")));
    }

    [Fact]
    public async Task Setting_a_quantity_again_replaces_it_and_keeps_the_place_of_the_line()
    {
        var (first, second) = (await NewAsync(), await NewAsync());
        await PutAsync(first, 1);
        await PutAsync(second, 1);

        var cart = await HttpAssert.JsonAsync(await PutAsync(first, 7), HttpStatusCode.OK);

        Assert.Equal([(first, 7), (second, 1)], cart.GetProperty("items").EnumerateArray().Select(line => (line.GetProperty("productId").GetGuid(), line.GetProperty("quantity").GetInt32())));
    }

    [Fact]
    public async Task What_is_taken_out_is_gone_and_may_be_taken_out_again()
    {
        var (first, second) = (await NewAsync(), await NewAsync());
        await PutAsync(first, 1);
        await PutAsync(second, 1);

        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/cart/items/{first}")).StatusCode);
        Assert.Equal(1, (await CartAsync()).GetProperty("count").GetInt32());

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "/cart")).StatusCode);
        Assert.Equal("""{"items":[],"count":0,"total":null}""", (await CartAsync()).GetRawText());
    }

    [Theory]
    [InlineData("""{"quantity":0}""")]
    [InlineData("""{"quantity":-1}""")]
    [InlineData("""{"quantity":1001}""")]
    [InlineData("""{"quantity":1.5}""")]
    [InlineData("""{}""")]
    [InlineData("null")]
    public async Task A_quantity_that_no_order_may_have_is_refused(string body)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

        var answer = await shop.SendAsync(HttpMethod.Put, $"/cart/items/{await NewAsync()}", shop.Token(_customer), content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_not_for_sale_is_not_put_in_and_what_was_taken_off_sale_cannot_be_had()
    {
        var product = await NewAsync();
        await PutAsync(product, 1);
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{product}");

        Assert.Equal(0, (await CartAsync()).GetProperty("items")[0].GetProperty("available").GetInt32());
        await HttpAssert.ProblemAsync(await PutAsync(product, 2), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(await PutAsync(Guid.NewGuid(), 1), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_cart_is_only_its_owners()
    {
        await PutAsync(await NewAsync(), 1);

        Assert.Equal(0, (await shop.GetAsync("/cart", shop.Token(Guid.NewGuid()))).GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.Unauthorized, (await shop.SendAsync(HttpMethod.Get, "/cart")).StatusCode);
    }

    [Fact]
    public async Task A_cart_has_no_more_products_than_an_order_may_have()
    {
        await using var fill = shop.Database.CreateCommand(
            "INSERT INTO cart_items SELECT $1, p.id, 1, now(), now() FROM products p WHERE p.archived_at IS NULL LIMIT 100");
        fill.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _customer });
        Assert.Equal(100, await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        await HttpAssert.ProblemAsync(await PutAsync(await NewAsync(), 1), HttpStatusCode.Conflict, "cart-full");
        await HttpAssert.ProblemAsync(await PutAsync(Guid.NewGuid(), 1), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Requests_at_the_same_moment_leave_one_line()
    {
        var product = await NewAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(quantity => PutAsync(product, quantity)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, (await CartAsync()).GetProperty("items").GetArrayLength());
    }

    private async Task<Guid> NewAsync(int stock = 10, decimal price = 10m) => (await shop.CreateAsync(stock, price)).GetProperty("id").GetGuid();

    private Task<JsonElement> CartAsync() => shop.GetAsync("/cart", shop.Token(_customer));

    private Task<HttpResponseMessage> PutAsync(Guid product, int quantity) => SendAsync(HttpMethod.Put, $"/cart/items/{product}", new { quantity });

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) =>
        shop.SendAsync(method, path, shop.Token(_customer), body is null ? null : JsonContent.Create(body));

    private static decimal Amount(JsonElement element, string name) => element.GetProperty(name).GetProperty("amount").GetDecimal();
}
