using System.Net;
using System.Net.Http.Json;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Product;

public sealed class PlaceOrderTests(ProductService shop) : IClassFixture<ProductService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_accepted_with_the_prices_of_the_catalog()
    {
        var (cup, lamp, customer) = (await NewAsync(stock: 5, price: 9.90m), await NewAsync(stock: 5, price: 30m), Guid.NewGuid());

        var answer = await shop.OrderAsync(customer, [(lamp, 1), (cup, 2)]);
        var order = await HttpAssert.JsonAsync(answer, HttpStatusCode.Accepted);

        var id = order.GetProperty("id").GetGuid();
        Assert.Equal($"/orders/{id}", answer.Headers.Location?.ToString());
        Assert.Equal(customer, order.GetProperty("customerId").GetGuid());
        Assert.True(order.GetProperty("number").GetInt64() >= 1000);
        Assert.Equal("pending", order.GetProperty("status").GetString());
        Assert.Equal("""{"amount":49.80,"currency":"EUR"}""", order.GetProperty("total").GetRawText());
        Assert.Equal("""{"status":"pending"}""", order.GetProperty("payment").GetRawText());
        Assert.Equal([lamp, cup], order.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("productId").GetGuid()));
        Assert.Equal([1, 2], order.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("quantity").GetInt32()));
        Assert.Equal("pending", Assert.Single(order.GetProperty("history").EnumerateArray()).GetProperty("status").GetString());
        Assert.Equal((3, 4), (await shop.StockAsync(cup), await shop.StockAsync(lamp)));

        Assert.Equal(order.GetRawText(), (await shop.GetAsync($"/orders/{id}", shop.Token(customer))).GetRawText());
    }

    [Fact]
    public async Task The_event_is_the_contract_that_payment_reads()
    {
        var (product, customer) = (await NewAsync(price: 12.50m), Guid.NewGuid());

        var order = await shop.PlaceAsync(customer, (product, 2));

        var id = order.GetProperty("id").GetGuid();
        var payload = await shop.QueryAsync<string>(
            "SELECT payload::text FROM outbox WHERE type = 'order.placed.v1' AND payload ->> 'orderId' = $1", id.ToString());
        var placed = ContractsJson.Deserialize<OrderPlaced>(System.Text.Encoding.UTF8.GetBytes(payload));
        Assert.Equal(new OrderPlaced(id, customer, new Money(25m, "EUR"), "tok_visa", order.GetProperty("placedAt").GetDateTimeOffset()), placed);
        Assert.StartsWith("00-", await shop.QueryAsync<string>(
            "SELECT trace_parent FROM outbox WHERE payload ->> 'orderId' = $1", id.ToString()), StringComparison.Ordinal);
    }

    [Fact, Trait("security", "29")]
    public async Task The_same_request_again_gets_the_same_answer_and_no_second_order()
    {
        var (product, customer) = (await NewAsync(stock: 1), Guid.NewGuid());

        var first = await shop.OrderAsync(customer, [(product, 1)], "key");
        var second = await shop.OrderAsync(customer, [(product, 1)], "key");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await second.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(1, await OrdersOfAsync(customer));
        Assert.Equal(0, await shop.StockAsync(product));
    }

    [Fact, Trait("security", "29")]
    public async Task The_answer_stays_the_same_when_the_product_is_gone_and_the_order_paid()
    {
        var (product, customer) = (await NewAsync(), Guid.NewGuid());
        var first = await shop.OrderAsync(customer, [(product, 1)], "key");
        var body = await first.Content.ReadAsStringAsync(Cancel);
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{product}");
        await shop.QueryAsync<Guid>("UPDATE orders SET status = 'paid' WHERE customer_id = $1 RETURNING id", customer);

        var second = await shop.OrderAsync(customer, [(product, 1)], "key");

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(body, await second.Content.ReadAsStringAsync(Cancel));
    }

    [Fact, Trait("security", "30")]
    public async Task Twenty_requests_with_one_key_at_once_make_one_order()
    {
        var (product, customer) = (await NewAsync(stock: 1), Guid.NewGuid());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.OrderAsync(customer, [(product, 1)], "key")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Cancel)))).Distinct());
        Assert.Equal(1, await OrdersOfAsync(customer));
    }

    [Fact, Trait("security", "30"), Trait("security", "31")]
    public async Task A_key_stands_for_one_content()
    {
        var (product, customer) = (await NewAsync(), Guid.NewGuid());
        await shop.OrderAsync(customer, [(product, 1)], "key");

        await HttpAssert.ProblemAsync(
            await shop.OrderAsync(customer, [(product, 2)], "key"), HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        Assert.Equal(HttpStatusCode.Accepted, (await shop.OrderAsync(Guid.NewGuid(), [(product, 2)], "key")).StatusCode);
    }

    [Fact, Trait("security", "32")]
    public async Task A_refused_order_names_the_missing_products_and_leaves_nothing_behind()
    {
        var (scarce, plenty, customer) = (await NewAsync(stock: 1), await NewAsync(stock: 9), Guid.NewGuid());

        var problem = await HttpAssert.ProblemAsync(
            await shop.OrderAsync(customer, [(plenty, 3), (scarce, 2)], "key"), HttpStatusCode.Conflict, "out-of-stock");

        var missing = Assert.Single(problem.GetProperty("products").EnumerateArray());
        Assert.Equal(scarce, missing.GetProperty("id").GetGuid());
        Assert.Equal((2, 1), (missing.GetProperty("requested").GetInt32(), missing.GetProperty("available").GetInt32()));
        Assert.Equal((1, 9), (await shop.StockAsync(scarce), await shop.StockAsync(plenty)));
        Assert.Equal(0, await OrdersOfAsync(customer));

        await shop.StaffAsync(HttpMethod.Post, $"/products/{scarce}/stock", new { change = 1 });
        Assert.Equal(HttpStatusCode.Accepted, (await shop.OrderAsync(customer, [(plenty, 3), (scarce, 2)], "key")).StatusCode);
    }

    [Fact]
    public async Task A_product_that_is_unknown_or_archived_cannot_be_ordered()
    {
        var (known, archived, unknown) = (await NewAsync(), await NewAsync(), Guid.NewGuid());
        await shop.StaffAsync(HttpMethod.Delete, $"/products/{archived}");

        var problem = await HttpAssert.ProblemAsync(
            await shop.OrderAsync(Guid.NewGuid(), [(known, 1), (archived, 1), (unknown, 1)]), HttpStatusCode.BadRequest, "unknown-product");

        Assert.Equal([archived, unknown], problem.GetProperty("products").EnumerateArray().Select(id => id.GetGuid()));
        Assert.Equal(10, await shop.StockAsync(known));
    }

    [Fact, Trait("security", "33")]
    public async Task A_hundred_buyers_of_ten_pieces_get_exactly_ten()
    {
        var product = await NewAsync(stock: 10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.OrderAsync(Guid.NewGuid(), [(product, 1)])));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(90, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(0, await shop.StockAsync(product));
    }

    [Fact]
    public async Task Orders_of_the_same_products_in_opposite_order_do_not_block_each_other()
    {
        var (left, right) = (await NewAsync(stock: 1000), await NewAsync(stock: 1000));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            shop.OrderAsync(Guid.NewGuid(), i % 2 == 0 ? [(left, 1), (right, 1)] : [(right, 1), (left, 1)])));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Equal((900, 900), (await shop.StockAsync(left), await shop.StockAsync(right)));
    }

    [Fact, Trait("security", "36")]
    public async Task A_total_beyond_every_column_is_refused()
    {
        var lines = new List<(Guid, int)>();
        for (var i = 0; i < 100; i++)
            lines.Add((await NewAsync(stock: 1000, price: 100_000m), 1000));

        await HttpAssert.ProblemAsync(await shop.OrderAsync(Guid.NewGuid(), [.. lines]), HttpStatusCode.BadRequest, "total-too-large");
    }

    [Fact, Trait("security", "25"), Trait("security", "26")]
    public async Task Price_total_buyer_and_status_are_not_the_clients_to_say()
    {
        var (product, customer) = (await NewAsync(price: 10m), Guid.NewGuid());
        var body = new
        {
            items = new[] { new { productId = product, quantity = 1, unitPrice = new { amount = 0.01m, currency = "EUR" }, price = 0.01m } },
            paymentToken = "tok_visa",
            total = new { amount = 0.01m, currency = "EUR" },
            customerId = Guid.NewGuid(),
            status = "paid",
            id = Guid.NewGuid(),
        };

        var order = await HttpAssert.JsonAsync(
            await shop.SendAsync(HttpMethod.Post, "/orders", shop.Token(customer), JsonContent.Create(body), ("Idempotency-Key", "key")),
            HttpStatusCode.Accepted);

        Assert.Equal(10m, order.GetProperty("total").GetProperty("amount").GetDecimal());
        Assert.Equal(customer, order.GetProperty("customerId").GetGuid());
        Assert.Equal("pending", order.GetProperty("status").GetString());
    }

    [Fact, Trait("security", "28")]
    public async Task Without_a_key_or_a_token_nothing_is_ordered()
    {
        var order = new { items = new[] { new { productId = await NewAsync(), quantity = 1 } }, paymentToken = "tok_visa" };

        await HttpAssert.ProblemAsync(
            await shop.SendAsync(HttpMethod.Post, "/orders", shop.Token(Guid.NewGuid()), JsonContent.Create(order)),
            HttpStatusCode.BadRequest, "idempotency-key");
        var anonymous = await shop.SendAsync(HttpMethod.Post, "/orders", null, JsonContent.Create(order), ("Idempotency-Key", "key"));
        await HttpAssert.ProblemAsync(anonymous, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Contains(anonymous.Headers.WwwAuthenticate, challenge => challenge.Scheme == "Bearer");
    }

    private async Task<Guid> NewAsync(int stock = 10, decimal price = 10m) => (await shop.CreateAsync(stock, price)).GetProperty("id").GetGuid();

    private Task<long> OrdersOfAsync(Guid customer) => shop.QueryAsync<long>("SELECT count(*) FROM orders WHERE customer_id = $1", customer);
}
