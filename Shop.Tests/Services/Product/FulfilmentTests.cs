using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Product.Orders;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

/// <summary>What staff does with orders: shipping and notes; and what of the money has gone back.</summary>
public sealed class FulfilmentTests(ProductService shop) : IClassFixture<ProductService>
{
    private readonly Guid _customer = Guid.NewGuid();
    private readonly Guid _staff = Guid.NewGuid();

    [Fact]
    public async Task A_paid_order_is_shipped_once_and_its_tracking_number_can_be_put_right()
    {
        var order = await PaidAsync();

        var shipped = await HttpAssert.JsonAsync(await StaffAsync(order, "ship", new { carrier = " DHL ", tracking = "JD01" }), HttpStatusCode.OK);
        Assert.Equal(("shipped", "DHL", "JD01"), Fulfilment(shipped));
        Assert.Equal(("paid", "paid"), (shipped.GetProperty("status").GetString(), shipped.GetProperty("payment").GetProperty("status").GetString()));
        await StaffAsync(order, "ship", new { carrier = "DHL", tracking = "JD02" });

        var seen = await shop.GetAsync($"/orders/{order}", shop.Token(_customer));
        Assert.Equal(("shipped", "DHL", "JD02"), Fulfilment(seen));
        Assert.Equal(["pending", "paid", "shipped"], States(seen));
        Assert.Equal(2, await AuditedAsync("order.ship", order));
    }

    [Fact]
    public async Task Only_what_is_paid_is_shipped_and_what_is_shipped_is_not_cancelled()
    {
        var (pending, paid) = (await PlaceAsync(), await PaidAsync());
        await HttpAssert.ProblemAsync(await StaffAsync(pending, "ship", new { }), HttpStatusCode.Conflict, "not-paid");
        await HttpAssert.ProblemAsync(await StaffAsync(Guid.NewGuid(), "ship", new { }), HttpStatusCode.NotFound, "not-found");

        await HttpAssert.JsonAsync(await StaffAsync(paid, "ship", new { }), HttpStatusCode.OK);
        var refused = await HttpAssert.ProblemAsync(await CancelAsync(paid), HttpStatusCode.Conflict, "too-late-to-cancel");
        Assert.Equal("It is shipped.", refused.GetProperty("detail").GetString());
        Assert.Equal("paid", (await shop.GetAsync($"/orders/{paid}", shop.Token(_customer))).GetProperty("payment").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Staff_that_may_write_orders_cancels_for_a_customer_and_that_is_recorded()
    {
        var (pending, paid) = (await PlaceAsync(), await PaidAsync());
        string CancelOf(Guid order) => $"/orders/{order}/cancel";
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Post, CancelOf(pending), shop.Token(_staff, Permissions.OrdersRead))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync(HttpMethod.Post, CancelOf(pending), shop.Token(_staff))).StatusCode);
        var token = shop.Token(_staff, Permissions.OrdersRead, Permissions.OrdersWrite);

        var cancelled = await HttpAssert.JsonAsync(await shop.SendAsync(HttpMethod.Post, CancelOf(pending), token), HttpStatusCode.OK);
        Assert.Equal(("cancelled", "support"), (cancelled.GetProperty("status").GetString(), cancelled.GetProperty("history")[1].GetProperty("reason").GetString()));
        var asked = await HttpAssert.JsonAsync(await shop.SendAsync(HttpMethod.Post, CancelOf(paid), token), HttpStatusCode.Accepted);
        Assert.Equal("refunding", asked.GetProperty("payment").GetProperty("status").GetString());
        Assert.Equal((1, 1), (await AuditedAsync("order.cancel", pending), await AuditedAsync("order.cancel", paid)));
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Post, CancelOf(pending), token), HttpStatusCode.Conflict, "too-late-to-cancel");
        Assert.Equal(1, await AuditedAsync("order.cancel", pending));
    }

    [Fact]
    public async Task An_order_is_either_cancelled_or_shipped_when_both_are_asked_for_at_once()
    {
        for (var i = 0; i < 10; i++)
        {
            var order = await PaidAsync();
            var (cancel, ship) = (CancelAsync(order), StaffAsync(order, "ship", new { }));
            var answers = (await cancel, await ship);
            Assert.True(
                (answers.Item1.StatusCode, answers.Item2.StatusCode) is (HttpStatusCode.Accepted, HttpStatusCode.Conflict) or (HttpStatusCode.Conflict, HttpStatusCode.OK),
                $"{answers.Item1.StatusCode}, {answers.Item2.StatusCode}");
        }
    }

    [Fact]
    public async Task Parts_of_the_money_that_went_back_are_told_whatever_their_order_and_the_last_makes_the_order_refunded()
    {
        var order = await PaidAsync();
        await RefundedAsync(order, inAll: 15m);
        await RefundedAsync(order, inAll: 5m);
        await RefundedAsync(order, inAll: 15m);

        var part = await shop.GetAsync($"/orders/{order}", shop.Token(_customer));
        Assert.Equal(("paid", 15m), (part.GetProperty("status").GetString(), part.GetProperty("refunded").GetProperty("amount").GetDecimal()));
        Assert.Equal(["pending", "paid", "partly-refunded"], States(part));
        Assert.Equal(15m, part.GetProperty("history")[2].GetProperty("amount").GetProperty("amount").GetDecimal());

        await RefundedAsync(order, inAll: 20m);
        var whole = await shop.GetAsync($"/orders/{order}", shop.Token(_customer));
        Assert.Equal(["pending", "paid", "partly-refunded", "refunded"], States(whole));
        Assert.Equal(("refunded", 20m), (whole.GetProperty("status").GetString(), whole.GetProperty("refunded").GetProperty("amount").GetDecimal()));
    }

    [Fact]
    public async Task A_part_that_overtakes_the_payment_makes_the_order_paid()
    {
        var order = await PlaceAsync();
        await RefundedAsync(order, inAll: 5m);
        await ExecuteAsync(OnPayment.PaidSql, order);

        var seen = await shop.GetAsync($"/orders/{order}", shop.Token(_customer));
        Assert.Equal(["pending", "paid", "partly-refunded"], States(seen));
        Assert.Equal("""{"status":"paid"}""", seen.GetProperty("payment").GetRawText());
    }

    [Fact]
    public async Task Notes_are_for_staff_alone()
    {
        var order = await PlaceAsync();
        await HttpAssert.JsonAsync(await StaffAsync(order, "notes", new { text = "Rang twice\nnobody there" }), HttpStatusCode.Created);
        await HttpAssert.JsonAsync(await StaffAsync(order, "notes", new { text = "Sent again" }), HttpStatusCode.Created);

        var notes = (await shop.GetAsync($"/orders/{order}", shop.Token(_staff, Permissions.OrdersRead))).GetProperty("notes");
        Assert.Equal(["Rang twice\nnobody there", "Sent again"], notes.EnumerateArray().Select(note => note.GetProperty("text").GetString()!));
        Assert.Equal(_staff, notes[0].GetProperty("author").GetGuid());
        Assert.False((await shop.GetAsync($"/orders/{order}", shop.Token(_customer))).TryGetProperty("notes", out _));
        Assert.Equal(2, await AuditedAsync("order.note", order));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync($"/orders/{order}/notes", new { text = "x" }, shop.Token(_customer))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync($"/orders/{order}/ship", new { }, shop.Token(_staff, Permissions.OrdersRead))).StatusCode);
    }

    [Theory]
    [InlineData("notes", """{"text":""}""")]
    [InlineData("notes", """{"text":" \u200b "}""")]
    [InlineData("notes", """{"text":"4242 4242 4242 4242"}""")]
    [InlineData("notes", "{}")]
    [InlineData("ship", """{"carrier":"a\nb"}""")]
    [InlineData("ship", """{"tracking":7}""")]
    public async Task Nonsense_is_refused(string what, string body)
    {
        var order = await PaidAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await StaffAsync(order, what, JsonElement.Parse(body))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await StaffAsync(order, "notes", new { text = new string('x', 1001) })).StatusCode);
    }

    [Fact]
    public async Task Orders_are_found_by_what_is_to_be_shipped_and_by_a_time()
    {
        var (first, second, third) = (await PaidAsync(), await PaidAsync(), await PlaceAsync());
        await StaffAsync(first, "ship", new { });
        var token = shop.Token(_customer);

        Assert.Equal([first], Ids(await shop.AllAsync("/orders?fulfilment=shipped", 10, token)));
        Assert.Equal([second], Ids(await shop.AllAsync("/orders?fulfilment=unshipped", 10, token)));
        var at = (await shop.GetAsync($"/orders/{second}", token)).GetProperty("placedAt").GetString()!;
        Assert.Equal([third, second], Ids(await shop.AllAsync($"/orders?from={Uri.EscapeDataString(at)}", 1, token)));
        Assert.Equal([first], Ids(await shop.AllAsync($"/orders?to={Uri.EscapeDataString(at)}", 1, token)));
        Assert.Empty(await shop.AllAsync("/orders?from=2100-01-01", 10, token));
        Assert.Empty(await shop.AllAsync("/orders?to=2000-01-01", 10, token));
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, "/orders?fulfilment=lost", token), HttpStatusCode.BadRequest, "validation");
    }

    private async Task<Guid> PlaceAsync()
    {
        var product = (await shop.CreateAsync()).GetProperty("id").GetGuid();
        return (await shop.PlaceAsync(_customer, (product, 2))).GetProperty("id").GetGuid();
    }

    private async Task<Guid> PaidAsync()
    {
        var order = await PlaceAsync();
        await ExecuteAsync(OnPayment.PaidSql, order);
        return order;
    }

    private Task RefundedAsync(Guid order, decimal inAll) => ExecuteAsync(OnPayment.RefundedSql, order, "support", inAll);

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = shop.Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private Task<HttpResponseMessage> CancelAsync(Guid order) => shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));

    private Task<HttpResponseMessage> StaffAsync(Guid order, string what, object body) =>
        PostAsync($"/orders/{order}/{what}", body, shop.Token(_staff, Permissions.OrdersRead, Permissions.OrdersWrite));

    private Task<HttpResponseMessage> PostAsync(string path, object body, string token) => shop.SendAsync(HttpMethod.Post, path, token, JsonContent.Create(body));

    private Task<long> AuditedAsync(string action, Guid order) => shop.QueryAsync<long>(
        "SELECT count(*) FROM outbox WHERE type = 'audit.recorded.v1' AND payload ->> 'action' = $1 AND payload ->> 'subject' = $2", action, order.ToString());

    private static IEnumerable<Guid> Ids(IEnumerable<JsonElement> orders) => orders.Select(order => order.GetProperty("id").GetGuid());

    private static IEnumerable<string> States(JsonElement order) => order.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("status").GetString()!);

    private static (string?, string?, string?) Fulfilment(JsonElement order) =>
        order.GetProperty("fulfilment") is var fulfilment
            ? (fulfilment.GetProperty("status").GetString(), fulfilment.GetProperty("carrier").GetString(), fulfilment.GetProperty("tracking").GetString())
            : default;
}
