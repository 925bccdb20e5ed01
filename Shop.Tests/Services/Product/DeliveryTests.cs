using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

/// <summary>What an order costs and where it goes, as the customer has agreed to it.</summary>
public sealed class DeliveryTests(ProductService shop) : IClassFixture<ProductService>
{
    private static readonly object Home = new { name = "Ada  ", line1 = "Mill Lane 1", postalCode = "12345", city = "Berlin", country = "DE" };
    private readonly Guid _customer = Guid.NewGuid();

    [Fact]
    public async Task The_ways_of_delivery_are_for_everybody_to_see()
    {
        var methods = await HttpAssert.JsonAsync(await shop.SendAsync(HttpMethod.Get, "/delivery-methods"), HttpStatusCode.OK);

        Assert.Equal(
            """{"id":"standard","name":"Standard delivery","price":{"amount":4.90,"currency":"EUR"},"days":3}""",
            methods.GetProperty("items")[0].GetRawText());
    }

    [Fact]
    public async Task A_delivery_is_part_of_the_total_and_the_order_keeps_where_it_goes()
    {
        var saved = await AddressAsync();
        var product = await NewAsync(price: 10m);

        var order = await HttpAssert.JsonAsync(await OrderAsync(product, new { method = "express", addressId = saved }, expected: 19.90m), HttpStatusCode.Accepted);
        await shop.SendAsync(HttpMethod.Delete, $"/addresses/{saved}", shop.Token(_customer));

        Assert.Equal(19.90m, order.GetProperty("total").GetProperty("amount").GetDecimal());
        var kept = await shop.GetAsync($"/orders/{order.GetProperty("id").GetGuid()}", shop.Token(_customer));
        Assert.Equal(order.GetRawText(), kept.GetRawText());
        var delivery = kept.GetProperty("delivery");
        Assert.Equal(("express", 9.90m), (delivery.GetProperty("method").GetString(), delivery.GetProperty("price").GetProperty("amount").GetDecimal()));
        Assert.Equal(("Ada", "Mill Lane 1", "Berlin"), (Text("name"), Text("line1"), Text("city")));
        string? Text(string field) => delivery.GetProperty("address").GetProperty(field).GetString();
        Assert.DoesNotContain("Mill Lane", await shop.QueryAsync<string>("SELECT string_agg(payload::text, '') FROM outbox"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_gets_the_same_order_though_the_saved_address_is_gone()
    {
        var saved = await AddressAsync();
        var product = await NewAsync();
        var first = await HttpAssert.JsonAsync(await OrderAsync(product, new { method = "standard", addressId = saved }, key: "k"), HttpStatusCode.Accepted);
        await shop.SendAsync(HttpMethod.Delete, $"/addresses/{saved}", shop.Token(_customer));

        var again = await HttpAssert.JsonAsync(await OrderAsync(product, new { method = "standard", addressId = saved }, key: "k"), HttpStatusCode.Accepted);
        var other = await OrderAsync(product, new { method = "express", address = Home }, key: "k");

        Assert.Equal(first.GetRawText(), again.GetRawText());
        await HttpAssert.ProblemAsync(other, HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
    }

    [Theory]
    [InlineData("""{"method":"rocket","address":{"name":"A","line1":"B","postalCode":"1","city":"C","country":"DE"}}""", "delivery.method")]
    [InlineData("""{"method":"standard"}""", "delivery.address")]
    [InlineData("""{}""", "delivery.method")]
    [InlineData("""{"method":"standard","address":{"name":"A"}}""", "delivery.address.city")]
    [InlineData("""{"method":"standard","addressId":"01900000-0000-7000-8000-0000000000ff"}""", "delivery.addressId")]
    [InlineData("""{"method":"standard","address":{"name":"A","line1":"B","postalCode":"1","city":"C","country":"Germany"}}""", "delivery.address.country")]
    [InlineData("""{"method":"standard","address":{"name":"\u200b","line1":"B","postalCode":"1","city":"C","country":"DE"}}""", "delivery.address.name")]
    public async Task A_delivery_that_cannot_be_made_is_refused_and_says_why(string delivery, string field)
    {
        var problem = await HttpAssert.ProblemAsync(
            await OrderAsync(await NewAsync(), JsonElement.Parse(delivery)), HttpStatusCode.BadRequest, "validation");

        Assert.Contains(field, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Nobody_orders_to_an_address_of_somebody_else()
    {
        var saved = await AddressAsync();

        var answer = await shop.SendAsync(
            HttpMethod.Post, "/orders", shop.Token(Guid.NewGuid()),
            JsonContent.Create(Request(await NewAsync(), new { method = "standard", addressId = saved }, null)), ("Idempotency-Key", "x"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_total_that_is_not_the_expected_one_places_nothing_and_tells_the_prices_of_now()
    {
        var product = await NewAsync(price: 12m, stock: 5);

        var problem = await HttpAssert.ProblemAsync(
            await OrderAsync(product, new { method = "standard", address = Home }, expected: 14.90m, key: "price"), HttpStatusCode.Conflict, "price-changed");

        Assert.Equal("""{"amount":16.90,"currency":"EUR"}""", problem.GetProperty("total").GetRawText());
        var line = problem.GetProperty("lines")[0];
        Assert.Equal((product, 1, 12m), (line.GetProperty("productId").GetGuid(), line.GetProperty("quantity").GetInt32(), line.GetProperty("unitPrice").GetProperty("amount").GetDecimal()));
        Assert.Equal(5, await shop.StockAsync(product));
        // The key is free: agreed to the new total, it is the same order.
        await HttpAssert.JsonAsync(await OrderAsync(product, new { method = "standard", address = Home }, expected: 16.90m, key: "price"), HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(10, "USD")]
    [InlineData(9.99, "EUR")]
    public async Task Another_currency_is_another_total(decimal amount, string currency)
    {
        var body = new { items = new[] { new { productId = await NewAsync(price: 10m), quantity = 1 } }, paymentToken = "tok_visa", expectedTotal = new { amount, currency } };

        var answer = await shop.SendAsync(HttpMethod.Post, "/orders", shop.Token(_customer), JsonContent.Create(body), ("Idempotency-Key", "c"));

        await HttpAssert.ProblemAsync(answer, HttpStatusCode.Conflict, "price-changed");
    }

    [Theory]
    [InlineData("""{"amount":10}""")]
    [InlineData("""{"amount":10,"currency":"eur"}""")]
    [InlineData("""{"amount":-1,"currency":"EUR"}""")]
    [InlineData("""{"amount":7e27,"currency":"EUR"}""")]
    [InlineData("""{"amount":9.999,"currency":"EUR"}""")]
    public async Task A_total_that_is_no_money_is_refused(string expected)
    {
        var body = $$"""{"items":[{"productId":"{{await NewAsync()}}","quantity":1}],"paymentToken":"tok_visa","expectedTotal":{{expected}}}""";
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

        var answer = await shop.SendAsync(HttpMethod.Post, "/orders", shop.Token(_customer), content, ("Idempotency-Key", "m"));

        var problem = await HttpAssert.ProblemAsync(answer, HttpStatusCode.BadRequest, "validation");
        Assert.Contains("expectedTotal", problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Ten_and_ten_with_cents_are_one_request()
    {
        var product = await NewAsync(price: 10m);

        var first = await HttpAssert.JsonAsync(await OrderAsync(product, expected: 10m, key: "same"), HttpStatusCode.Accepted);
        var second = await HttpAssert.JsonAsync(await OrderAsync(product, expected: 10.00m, key: "same"), HttpStatusCode.Accepted);

        Assert.Equal(first.GetRawText(), second.GetRawText());
    }

    [Fact]
    public async Task Addresses_are_their_owners_alone_and_can_be_changed()
    {
        var id = await AddressAsync();
        var changed = new { name = "Ada", line1 = "Mill Lane 2", line2 = "c/o Bob", postalCode = "12345", city = "Berlin", country = "DE", phone = "+49 30 1" };

        await HttpAssert.JsonAsync(await SendAsync(HttpMethod.Put, $"/addresses/{id}", changed), HttpStatusCode.OK);

        var list = await shop.GetAsync("/addresses", shop.Token(_customer));
        Assert.Equal("Mill Lane 2", Assert.Single(list.GetProperty("items").EnumerateArray()).GetProperty("line1").GetString());
        var stranger = shop.Token(Guid.NewGuid(), Permissions.OrdersRead);
        Assert.Equal(0, (await shop.GetAsync("/addresses", stranger)).GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(HttpMethod.Delete, $"/addresses/{id}", stranger)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(HttpMethod.Put, $"/addresses/{id}", stranger, JsonContent.Create(changed))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/addresses/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"/addresses/{id}")).StatusCode);
    }

    [Fact]
    public async Task At_most_twenty_addresses_are_saved()
    {
        for (var i = 0; i < 20; i++)
            await AddressAsync();

        await HttpAssert.ProblemAsync(await SendAsync(HttpMethod.Post, "/addresses", Home), HttpStatusCode.Conflict, "too-many-addresses");
        Assert.Equal(20, (await shop.AllAsync("/addresses", limit: 7, shop.Token(_customer))).Select(address => address.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Get, "/addresses?limit=0")).StatusCode);
    }

    [Fact]
    public async Task Orders_are_found_by_number_time_and_total()
    {
        var order = await HttpAssert.JsonAsync(await OrderAsync(await NewAsync(price: 77.77m)), HttpStatusCode.Accepted);
        var (token, number) = (shop.Token(_customer), order.GetProperty("number").GetInt64());
        await OrderAsync(await NewAsync(price: 5m));
        var placed = Uri.EscapeDataString(order.GetProperty("placedAt").GetString()!);

        foreach (var (query, count) in ((string, int)[])[
            ($"number={number}", 1), ($"number={number + 1000}", 0), ("minTotal=70", 1), ("maxTotal=70", 1), ("minTotal=77.77&maxTotal=77.77", 1),
            ($"from={placed}", 2), ($"to={placed}", 0), ("from=2999-01-01T00:00:00Z", 0), ("number=", 2)])
            Assert.Equal(count, (await shop.GetAsync($"/orders?{query}", token)).GetProperty("items").GetArrayLength());
        foreach (var query in (string[])["number=x", "from=yesterday", "minTotal=1e3", "status=lost", "number=1&number=2"])
            Assert.Equal(HttpStatusCode.BadRequest, (await shop.SendAsync(HttpMethod.Get, $"/orders?{query}", token)).StatusCode);
        Assert.Equal(0, (await shop.GetAsync($"/orders?number={number}", shop.Token(Guid.NewGuid()))).GetProperty("items").GetArrayLength());
    }

    private async Task<Guid> NewAsync(decimal price = 10m, int stock = 10) => (await shop.CreateAsync(stock, price)).GetProperty("id").GetGuid();

    private async Task<Guid> AddressAsync() =>
        (await HttpAssert.JsonAsync(await SendAsync(HttpMethod.Post, "/addresses", Home), HttpStatusCode.Created)).GetProperty("id").GetGuid();

    private Task<HttpResponseMessage> OrderAsync(Guid product, object? delivery = null, decimal? expected = null, string? key = null) => shop.SendAsync(
        HttpMethod.Post, "/orders", shop.Token(_customer), JsonContent.Create(Request(product, delivery, expected)), ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    private static object Request(Guid product, object? delivery, decimal? expected) => new
    {
        items = new[] { new { productId = product, quantity = 1 } },
        paymentToken = "tok_visa",
        delivery,
        expectedTotal = expected is { } amount ? new { amount, currency = "EUR" } : null,
    };

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) =>
        shop.SendAsync(method, path, shop.Token(_customer), body is null ? null : JsonContent.Create(body));
}
