using System.Net;

namespace Shop.Tests.Distributed;

[Collection(ShopSystem.Collection)]
public sealed class OrderFlowTests(ShopSystem shop)
{
    private readonly TimeProvider _time = TimeProvider.System;

    [Fact]
    public async Task A_fresh_store_shows_a_seeded_catalog_through_web_and_api()
    {
        using var product = shop.App.CreateHttpClient("product", "http");
        var page = await Customer.GetAsync(product, "/products?limit=100");
        Assert.True(page.GetProperty("items").GetArrayLength() >= 90);

        using var web = shop.App.CreateHttpClient("web", "http");
        var html = await web.GetStringAsync("/search", TestContext.Current.CancellationToken);
        var name = (await Customer.GetAsync(product, "/products?limit=1&sort=name")).GetProperty("items")[0].GetProperty("name").GetString()!;
        Assert.Contains(WebUtility.HtmlEncode(name), html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_with_a_good_card_is_paid_and_its_payment_can_be_read()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 5, price: 19.99m);
        var before = _time.GetUtcNow();

        var id = await customer.PlaceAsync(product, quantity: 2);

        var order = await customer.OrderWhenAsync(id, "paid");
        Assert.Equal(39.98m, order.GetProperty("total").GetProperty("amount").GetDecimal());
        Assert.Equal(["pending", "paid"], order.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("status").GetString()));
        Assert.InRange(order.GetProperty("placedAt").GetDateTimeOffset(), before.AddSeconds(-1), _time.GetUtcNow().AddSeconds(1));
        Assert.Equal(3, await customer.StockAsync(product));

        var payment = await Customer.GetAsync(customer.Payment, $"/payments/{id}");
        Assert.Equal("paid", payment.GetProperty("status").GetString());
        Assert.Equal(39.98m, payment.GetProperty("amount").GetProperty("amount").GetDecimal());
        Assert.Equal(1, payment.GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData("tok_declined")]
    [InlineData("tok_insufficient_funds")]
    [InlineData("tok_something_else")]
    public async Task A_refused_card_declines_the_order_and_the_stock_comes_back(string token)
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 5);

        var id = await customer.PlaceAsync(product, quantity: 4, paymentToken: token);

        var order = await customer.OrderWhenAsync(id, "declined");
        Assert.False(string.IsNullOrEmpty(order.GetProperty("payment").GetProperty("reason").GetString()));
        Assert.Equal(5, await customer.StockAsync(product));
    }

    [Fact]
    public async Task A_gateway_that_fails_in_transit_is_tried_again_and_charges_once()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 5);

        var id = await customer.PlaceAsync(product, paymentToken: "tok_flaky");

        await customer.OrderWhenAsync(id, "paid");
        var payment = await Customer.GetAsync(customer.Payment, $"/payments/{id}");
        Assert.Equal(3, payment.GetProperty("attempts").GetInt32());
        Assert.Equal(1L, await shop.QueryAsync<long>("paymentdb", "select count(*) from gateway.charges where order_id = $1", id));
    }

    [Fact]
    public async Task A_hundred_buyers_of_a_stock_of_ten_get_exactly_ten_orders()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 10);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Customer.RegisterAsync(shop)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => buyers[n % buyers.Length].TryPlaceAsync(product)));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(90, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(0, await admin.StockAsync(product));
        foreach (var disposable in answers.Cast<IDisposable>().Concat(buyers))
            disposable.Dispose();
    }

    [Fact]
    public async Task A_stranger_sees_neither_the_order_nor_its_payment()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var owner = await Customer.RegisterAsync(shop);
        using var stranger = await Customer.RegisterAsync(shop);
        var id = await owner.PlaceAsync(await admin.CreateProductAsync(stock: 1));
        await owner.OrderWhenAsync(id, "paid");

        using var order = await stranger.Product.GetAsync($"/orders/{id}", TestContext.Current.CancellationToken);
        using var payment = await stranger.Payment.GetAsync($"/payments/{id}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, order.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, payment.StatusCode);
    }

    [Fact, Trait("security", "43")]
    public async Task A_refund_by_support_stands_in_the_audit_once_with_who_did_it_and_from_where()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var support = await Customer.RegisterStaffAsync(shop, admin, "support");
        using var customer = await Customer.RegisterAsync(shop);
        var id = await customer.PlaceAsync(await admin.CreateProductAsync(stock: 1));
        await customer.OrderWhenAsync(id, "paid");
        support.Payment.DefaultRequestHeaders.UserAgent.ParseAdd("desk/1");

        support.Payment.DefaultRequestHeaders.Add("Idempotency-Key", $"{id}");
        using var refunded = await support.Payment.PostAsync($"/payments/{id}/refund", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, refunded.StatusCode);
        await customer.OrderWhenAsync(id, "refunded");

        var who = await Customer.GetAsync(support.Auth, "/me");
        var path = $"/audit?action=payment.refund&actor={who.GetProperty("id").GetGuid()}";
        await Eventually.TrueAsync(async () => (await Customer.GetAsync(admin.Auth, path)).GetProperty("items").GetArrayLength() > 0, "the refund is in the audit");
        var record = Assert.Single((await Customer.GetAsync(admin.Auth, path)).GetProperty("items").EnumerateArray());
        Assert.Equal(id, record.GetProperty("subject").GetGuid());
        Assert.Equal(who.GetProperty("email").GetString(), record.GetProperty("actorEmail").GetString(), ignoreCase: true);
        Assert.Equal("desk/1", record.GetProperty("userAgent").GetString());
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(record.GetProperty("ip").GetString()!)));
    }
}
