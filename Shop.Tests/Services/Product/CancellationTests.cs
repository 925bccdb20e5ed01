using System.Net;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Product.Orders;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

public sealed class CancellationTests(ProductService shop) : IClassFixture<ProductService>
{
    private readonly Guid _customer = Guid.NewGuid();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pending_order_is_cancelled_its_stock_is_back_and_payment_is_told()
    {
        var (product, order) = await PlaceAsync();

        var answer = await HttpAssert.JsonAsync(await CancelAsync(order), HttpStatusCode.OK);

        Assert.Equal("cancelled", answer.GetProperty("status").GetString());
        Assert.Equal(["pending", "cancelled"], States(answer));
        Assert.Equal("""{"status":"cancelled"}""", answer.GetProperty("payment").GetRawText());
        Assert.Equal(10, await shop.StockAsync(product));
        var payload = await shop.QueryAsync<string>(
            "SELECT payload::text FROM outbox WHERE type = 'order.cancelled.v1' AND payload ->> 'orderId' = $1", order.ToString());
        var told = ContractsJson.Deserialize<OrderCancelled>(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(new OrderCancelled(order, _customer, new Money(20m, "EUR"), "cancelled", told.At), told);
    }

    [Fact]
    public async Task An_order_is_cancelled_once_though_asked_many_times_at_once()
    {
        var (product, order) = await PlaceAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CancelAsync(order)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
            await HttpAssert.ProblemAsync(answer, HttpStatusCode.Conflict, "too-late-to-cancel");
        Assert.Equal(10, await shop.StockAsync(product));
        Assert.Equal(1, await ToldAsync(order));
    }

    [Fact]
    public async Task The_money_of_a_paid_order_is_asked_back_once_and_goods_come_back_when_it_is_refunded()
    {
        var (product, order) = await PlaceAsync();
        await MoveAsync(OnPayment.PaidSql, order);

        for (var i = 0; i < 3; i++)
        {
            var answer = await HttpAssert.JsonAsync(await CancelAsync(order), HttpStatusCode.Accepted);
            Assert.Equal(("paid", "refunding"), (answer.GetProperty("status").GetString(), answer.GetProperty("payment").GetProperty("status").GetString()));
        }
        Assert.Equal(1, await ToldAsync(order));
        Assert.Equal(8, await shop.StockAsync(product));

        await MoveAsync(OnPayment.RefundedSql, order, "cancelled", 20m);
        await MoveAsync(OnPayment.RefundedSql, order, "cancelled", 20m);

        Assert.Equal(["pending", "paid", "refunded"], States(await OrderAsync(order)));
        Assert.Equal(10, await shop.StockAsync(product));
        await HttpAssert.ProblemAsync(await CancelAsync(order), HttpStatusCode.Conflict, "too-late-to-cancel");
    }

    [Fact]
    public async Task A_refund_that_was_refused_can_be_asked_for_again()
    {
        var (_, order) = await PlaceAsync();
        await MoveAsync(OnPayment.PaidSql, order);
        await CancelAsync(order);

        await MoveAsync(OnPayment.RefundRefusedSql, order);
        Assert.Equal("""{"status":"paid","reason":"refund_refused"}""", (await OrderAsync(order)).GetProperty("payment").GetRawText());
        await HttpAssert.JsonAsync(await CancelAsync(order), HttpStatusCode.Accepted);

        Assert.Equal(2, await ToldAsync(order));
    }

    [Fact]
    public async Task A_refund_by_support_leaves_the_goods_with_the_customer()
    {
        var (product, order) = await PlaceAsync();
        await MoveAsync(OnPayment.PaidSql, order);
        await MoveAsync(OnPayment.RefundedSql, order, "support", 20m);
        Assert.Equal("refunded", (await OrderAsync(order)).GetProperty("status").GetString());
        Assert.Equal(8, await shop.StockAsync(product));
    }

    [Fact]
    public async Task Events_that_overtake_each_other_lead_to_the_same_order()
    {
        var (_, order) = await PlaceAsync();
        await MoveAsync(OnPayment.RefundedSql, order, "support", 20m);
        await MoveAsync(OnPayment.PaidSql, order);
        await MoveAsync(OnPayment.DeclinedSql, order, "late");

        var refunded = await OrderAsync(order);
        Assert.Equal(["pending", "paid", "refunded"], States(refunded));
        Assert.Equal("""{"status":"refunded","reason":"support"}""", refunded.GetProperty("payment").GetRawText());
    }

    [Fact, Trait("security", "35")]
    public async Task A_late_payment_of_a_cancelled_order_shows_and_goes_back_and_the_order_stays_cancelled()
    {
        var (product, order) = await PlaceAsync();
        await CancelAsync(order);

        await MoveAsync(OnPayment.PaidSql, order);
        Assert.Equal("refunding", (await OrderAsync(order)).GetProperty("payment").GetProperty("status").GetString());
        await MoveAsync(OnPayment.RefundedSql, order, "cancelled", 20m);

        var cancelled = await OrderAsync(order);
        Assert.Equal(["pending", "cancelled"], States(cancelled));
        Assert.Equal(("cancelled", "refunded"), (cancelled.GetProperty("status").GetString(), cancelled.GetProperty("payment").GetProperty("status").GetString()));
        Assert.Equal(10, await shop.StockAsync(product));
    }

    [Fact]
    public async Task An_order_that_is_paid_while_it_is_being_cancelled_is_refunded_instead()
    {
        var (product, order) = await PlaceAsync();
        await using var connection = await shop.Database.OpenConnectionAsync(Cancel);
        await using var paying = await connection.BeginTransactionAsync(Cancel);
        await using (var pay = new NpgsqlCommand(OnPayment.PaidSql, connection, paying) { Parameters = { new() { Value = order } } })
            await pay.ExecuteNonQueryAsync(Cancel);

        // It waits for the payment that has moved the order and not committed yet.
        var cancelling = CancelAsync(order);
        await UntilSomebodyWaitsAsync();
        await paying.CommitAsync(Cancel);

        await HttpAssert.JsonAsync(await cancelling, HttpStatusCode.Accepted);
        Assert.Equal(["pending", "paid"], States(await OrderAsync(order)));
        Assert.Equal(8, await shop.StockAsync(product));
    }

    [Fact]
    public async Task An_order_that_is_cancelled_while_it_is_being_paid_stays_cancelled()
    {
        var (product, order) = await PlaceAsync();
        await using var connection = await shop.Database.OpenConnectionAsync(Cancel);
        await using var cancelling = await connection.BeginTransactionAsync(Cancel);
        await using (var cancel = new NpgsqlCommand(CancelOrder.CancelSql, connection, cancelling)
        {
            Parameters =
            {
                new() { Value = order }, new() { Value = _customer }, new() { Value = "cancelled" }, new() { Value = "customer" },
                new() { Value = Guid.CreateVersion7() }, new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        })
            await cancel.ExecuteNonQueryAsync(Cancel);

        var paying = MoveAsync(OnPayment.PaidSql, order);
        await UntilSomebodyWaitsAsync();
        await cancelling.CommitAsync(Cancel);
        await paying;

        Assert.Equal(["pending", "cancelled"], States(await OrderAsync(order)));
        Assert.Equal(10, await shop.StockAsync(product));
    }

    [Fact, Trait("security", "23")]
    public async Task Only_its_customer_calls_an_order_off()
    {
        var (_, order) = await PlaceAsync();
        var path = $"/orders/{order}/cancel";
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Post, path), HttpStatusCode.Unauthorized, "unauthorized");
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Post, path, shop.Token(Guid.NewGuid())), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(
            await shop.SendAsync(HttpMethod.Post, path, shop.Token(Guid.NewGuid(), Permissions.OrdersRead)), HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal("pending", (await OrderAsync(order)).GetProperty("status").GetString());
    }

    private static IEnumerable<string?> States(JsonElement order) =>
        order.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("status").GetString());

    /// <summary>Two of a product of which there are ten.</summary>
    private async Task<(Guid Product, Guid Order)> PlaceAsync()
    {
        var product = (await shop.CreateAsync(stock: 10, price: 10m)).GetProperty("id").GetGuid();
        return (product, (await shop.PlaceAsync(_customer, (product, 2))).GetProperty("id").GetGuid());
    }

    private Task<HttpResponseMessage> CancelAsync(Guid order) => shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));

    private Task<JsonElement> OrderAsync(Guid order) => shop.GetAsync($"/orders/{order}", shop.Token(_customer));

    private Task<long> ToldAsync(Guid order) => shop.QueryAsync<long>(
        "SELECT count(*) FROM outbox WHERE type = 'order.cancelled.v1' AND payload ->> 'orderId' = $1", order.ToString());

    /// <summary>Does what the handler of an event does.</summary>
    private async Task MoveAsync(string transition, Guid order, params object[] parameters)
    {
        await using var command = shop.Database.CreateCommand(transition);
        foreach (var parameter in parameters.Prepend(order))
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private Task UntilSomebodyWaitsAsync() => Eventually.TrueAsync(
        () => shop.QueryAsync<bool>("SELECT exists (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
        "the other one waits for the row");
}
