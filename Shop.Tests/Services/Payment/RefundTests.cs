using System.Net;
using System.Text.Json;
using Shop.Messaging.Contracts;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

/// <summary>Money that support gives back in parts, and what the ledger says of it.</summary>
public sealed class RefundTests : PaymentTest
{
    private readonly Guid _support = Guid.NewGuid();

    [Fact]
    public async Task Money_is_given_back_in_parts_and_never_more_than_was_paid()
    {
        var order = await PaidAsync();

        var answer = await AcceptedAsync(await RefundAsync(order, "a", new { amount = 5.00m, reason = "A scratch" }));
        // The gateway may have answered before the answer was written.
        Assert.Contains(answer.GetProperty("status").GetString(), (string[])["refunding", "paid"]);
        var (type, first) = await NextEventAsync();
        Assert.Equal(("payment.refunded.v1", 5.00m, 5.00m, true), (type, Amount(first, "amount"), Amount(first, "inAll"), first.GetProperty("isPartial").GetBoolean()));
        await UntilAsync(order, "paid");

        var tooMuch = await HttpAssert.ProblemAsync(await RefundAsync(order, "b", new { amount = 7.51m }), HttpStatusCode.Conflict, "refund-too-large");
        Assert.Equal(7.50m, Amount(tooMuch, "left"));

        await AcceptedAsync(await RefundAsync(order, "c", null));
        var (_, last) = await NextEventAsync();
        Assert.Equal((7.50m, 12.50m, false), (Amount(last, "amount"), Amount(last, "inAll"), last.GetProperty("isPartial").GetBoolean()));
        await UntilAsync(order, "refunded");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded = 12.50 AND refund_calls = 2"));
        await HttpAssert.ProblemAsync(await RefundAsync(order, "d", new { amount = 0.01m }), HttpStatusCode.Conflict, "not-paid");
        var payment = (await GetAsync($"/payments/{order.OrderId}", _support, Permissions.PaymentsRead)).Body;
        Assert.Equal(12.50m, Amount(payment, "refunded"));
    }

    [Fact]
    public async Task The_same_key_gives_money_back_once_and_with_another_content_it_is_refused()
    {
        var order = await PaidAsync();
        var content = new { amount = new { amount = 2.00m, currency = "EUR" } };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefundAsync(order, "a", content)));

        foreach (var answer in answers)
            await AcceptedAsync(answer);
        await NextEventAsync();
        await AcceptedAsync(await RefundAsync(order, "a", new { amount = 2m }));
        await HttpAssert.ProblemAsync(await RefundAsync(order, "a", new { amount = 3m }), HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        await HttpAssert.ProblemAsync(await RefundAsync(order, "a", null), HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        Assert.Equal(1, await CountAsync("refunds WHERE amount = 2.00"));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded = 2.00"));
        await NoEventAsync();
    }

    [Fact]
    public async Task Of_many_parts_at_once_as_many_are_accepted_as_there_is_money_for()
    {
        var order = await PaidAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RefundAsync(order, $"part-{i}", new { amount = 2.50m })));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        await UntilAsync(order, "refunded");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded = 12.50"));
        var told = new List<decimal>();
        for (var i = 0; i < 5; i++)
            told.Add(Amount((await NextEventAsync()).Body, "inAll"));
        Assert.Equal([2.5m, 5m, 7.5m, 10m, 12.5m], told.Order());
    }

    [Fact]
    public async Task An_order_that_is_called_off_after_a_part_was_given_back_gets_the_rest()
    {
        var order = await PaidAsync();
        await AcceptedAsync(await RefundAsync(order, "a", new { amount = 5m }));
        await NextEventAsync();

        await CallOffAsync(order);

        var (_, rest) = await NextEventAsync();
        Assert.Equal((7.50m, 12.50m, "cancelled"), (Amount(rest, "amount"), Amount(rest, "inAll"), rest.GetProperty("reason").GetString()));
        await UntilAsync(order, "refunded");
    }

    [Fact]
    public async Task Money_that_the_gateway_refused_to_give_back_can_be_asked_for_again()
    {
        var order = await PaidAsync();
        await ExecuteAsync("UPDATE gateway.charges SET refunded = 1");
        await CallOffAsync(order);
        Assert.Equal("payment.refund-refused.v1", (await NextEventAsync()).Type);
        await UntilAsync(order, "paid");
        var refused = (await GetAsync("/payments?refund=refused", _support, Permissions.PaymentsRead)).Body.GetProperty("items");
        Assert.Equal(order.OrderId, Assert.Single(refused.EnumerateArray()).GetProperty("orderId").GetGuid());

        await ExecuteAsync("UPDATE gateway.charges SET refunded = 0");
        await CallOffAsync(order);

        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        await UntilAsync(order, "refunded");
        Assert.Equal(0, (await GetAsync("/payments?refund=refused", _support, Permissions.PaymentsRead)).Body.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"amount":0}""")]
    [InlineData("""{"amount":-1}""")]
    [InlineData("""{"amount":1.001}""")]
    [InlineData("""{"amount":1e30}""")]
    [InlineData("""{"amount":"1"}""")]
    [InlineData("""{"amount":{"amount":1,"currency":"USD"}}""")]
    [InlineData("""{"amount":{"amount":1}}""")]
    [InlineData("""{"amount":1,"reason":"line\nline"}""")]
    [InlineData("""{"reason":"4242 4242 4242 4242"}""")]
    [InlineData("[]")]
    public async Task What_is_no_amount_of_its_money_is_refused(string body)
    {
        var order = await PaidAsync();

        var answer = await RefundAsync(order, "a", JsonElement.Parse(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, await CountAsync("refunds"));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_given_back()
    {
        var order = await PaidAsync();
        await HttpAssert.ProblemAsync(await RefundAsync(order, null, null), HttpStatusCode.BadRequest, "idempotency-key");
        Assert.Equal(0, await CountAsync("refunds"));
    }

    [Fact]
    public async Task The_ledger_has_every_call_to_the_gateway_with_its_answer()
    {
        await StartAsync(("Payment:RetryDelay", "00:00:00.1"));
        var (flaky, declined) = (Order("tok_flaky"), Order("tok_declined"));
        await PlaceAsync(flaky);
        await NextEventAsync();
        await PlaceAsync(declined);
        await NextEventAsync();
        await AcceptedAsync(await RefundAsync(flaky, "a", new { amount = 1m }));
        await NextEventAsync();

        Assert.Equal(["charge 12.50 -", "charge 12.50 -", $"charge 12.50 charged sim_{flaky.OrderId:N}", "refund 1.00 refunded"], await LedgerAsync(flaky));
        Assert.Equal(["charge 12.50 declined declined"], await LedgerAsync(declined));
        var path = $"/payments/{flaky.OrderId}/ledger";
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(path, flaky.CustomerId)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/payments/{Guid.NewGuid()}/ledger", _support, Permissions.PaymentsRead)).Response.StatusCode);
        var page = (await GetAsync(path + "?limit=3", _support, Permissions.PaymentsRead)).Body;
        Assert.Equal(3, page.GetProperty("items").GetArrayLength());
        var rest = (await GetAsync($"{path}?limit=3&after={page.GetProperty("next").GetString()}", _support, Permissions.PaymentsRead)).Body;
        Assert.Equal("refund", Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_refund_whose_answer_was_lost_is_in_the_ledger_twice_and_given_back_once()
    {
        var order = await PaidAsync(("Payment:RetryDelay", "00:00:00.1"));
        Steps.AfterRefund = () => throw new Shop.ServiceDefaults.Errors.UnavailableException("Cut off by the test.");

        await AcceptedAsync(await RefundAsync(order, "a", new { amount = 4m }));

        await NextEventAsync();
        Assert.Equal([$"charge 12.50 charged sim_{order.OrderId:N}", "refund 4.00 -", "refund 4.00 refunded"], await LedgerAsync(order));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded = 4 AND refund_calls = 2"));
    }

    private async Task<OrderPlaced> PaidAsync(params (string, string)[] settings)
    {
        await StartAsync(settings);
        var order = Order("tok_visa");
        await PlaceAsync(order);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        return order;
    }

    private Task<HttpResponseMessage> RefundAsync(OrderPlaced order, string? key, object? body) =>
        RequestAsync(HttpMethod.Post, $"/payments/{order.OrderId}/refund", key, body, _support, Permissions.PaymentsRefund);

    private static Task<JsonElement> AcceptedAsync(HttpResponseMessage answer) => HttpAssert.JsonAsync(answer, HttpStatusCode.Accepted);

    private async Task<IEnumerable<string>> LedgerAsync(OrderPlaced order)
    {
        var ledger = (await GetAsync($"/payments/{order.OrderId}/ledger", _support, Permissions.PaymentsRead)).Body.GetProperty("items");
        return ledger.EnumerateArray().Select(call => string.Join(' ', new[]
        {
            call.GetProperty("kind").GetString(), $"{Amount(call, "amount"):0.00}", call.TryGetProperty("answer", out var answer) ? answer.GetString() : "-",
            call.TryGetProperty("detail", out var detail) ? detail.GetString() : null,
        }.OfType<string>()));
    }

    private static decimal Amount(JsonElement of, string money) => of.GetProperty(money).GetProperty("amount").GetDecimal();
}
