using System.Net;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

/// <summary>Orders that are called off before, while and after they are charged; and money given back by support.</summary>
public sealed class CallingOffTests : PaymentTest
{
    [Fact]
    public async Task An_order_called_off_before_it_is_heard_of_is_never_charged()
    {
        await StartAsync();
        var (order, last) = (Order("tok_visa"), Order("tok_visa"));
        await CallOffAsync(order, OrderCancelled.Expired);
        await UntilAsync(order, "cancelled");
        await PlaceAsync(order);
        await Eventually.EqualAsync(2, () => CountAsync("inbox"));
        await PlaceAsync(last);

        Assert.Equal(last.OrderId, (await NextEventAsync()).Body.GetProperty("orderId").GetGuid());
        Assert.Equal(0, await CountAsync($"gateway.charges WHERE order_id = '{order.OrderId}'"));
        Assert.Equal(1, await CountAsync("payments WHERE status = 'cancelled' AND reason = 'expired' AND attempts = 0 AND amount = 12.50"));
    }

    [Fact, Trait("security", "35")]
    public async Task A_charge_that_comes_through_after_the_order_was_called_off_goes_back()
    {
        // The charge is on its way for as long as the order takes to be called off, and arrives before the voiding of it does.
        await StartAsync(("Payment:Simulated:Latency", "00:00:01"));
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await UntilAsync(order, "pending");
        await CallOffAsync(order, OrderCancelled.Expired);

        var (type, body) = await NextEventAsync();
        Assert.Equal(("payment.refunded.v1", "expired"), (type, body.GetProperty("reason").GetString()));
        Assert.Equal(1, await CountAsync("payments WHERE status = 'refunded' AND reason = 'expired' AND token IS NULL AND ask_at IS NULL"));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NOT NULL AND refunded_at IS NOT NULL"));
        await StopAsync();
        Assert.Equal((0u, 0), (await Broker.CountAsync(Queue), await CountAsync("outbox")));
    }

    [Fact]
    public async Task A_paid_order_called_off_again_and_again_is_refunded_once()
    {
        await StartAsync();
        var order = Order("tok_visa");
        await PlaceAsync(order);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        for (var i = 0; i < 10; i++)
            await CallOffAsync(order);

        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        await Eventually.EqualAsync(11, () => CountAsync("inbox"));
        await StopAsync();
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded_at IS NOT NULL AND refund_calls = 1"));
        Assert.Equal((0u, 0), (await Broker.CountAsync(Queue), await CountAsync("outbox")));
    }

    [Fact]
    public async Task An_order_that_the_gateway_does_not_answer_for_is_voided_when_it_is_called_off()
    {
        await StartAsync(("Payment:GatewayTimeout", "00:00:00.2"));
        var order = Order("tok_timeout");
        await PlaceAsync(order);
        await UntilAsync(order, "unknown");
        await CallOffAsync(order);

        await UntilAsync(order, "cancelled");
        // A charge that was still on its way when that happened finds the refusal.
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NULL AND reason = 'voided'"));
        Assert.Equal(1, await CountAsync("payments WHERE reason = 'cancelled' AND token IS NULL AND ask_at IS NULL"));
    }

    [Fact]
    public async Task The_outcome_of_a_charge_without_an_answer_is_found_out_later()
    {
        await StartAsync(("Payment:Simulated:LostAnswers", "1"), ("Payment:RetryDelay", "00:00:00.1"));
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await UntilAsync(order, "unknown");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NOT NULL"));
        await StopAsync();

        await StartAsync(("Payment:RetryDelay", "00:00:00.1"));
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Assert.Equal(1, await CountAsync("payments WHERE status = 'paid' AND attempts > 5 AND ask_at IS NULL"));
        Assert.Equal(1, await CountAsync("gateway.charges"));
    }

    [Fact]
    public async Task Orders_are_called_off_though_the_gateway_cannot_be_reached_for_many_others()
    {
        await StartAsync(("Payment:Simulated:LostCalls", "1"), ("Payment:RetryDelay", "00:00:00.1"));
        var orders = Enumerable.Range(0, 200).Select(_ => Order("tok_visa")).ToList();
        foreach (var order in orders)
            await PlaceAsync(order);
        await CallOffAsync(orders[0]);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE cancelled_at IS NOT NULL"));
        Assert.Equal(0, await CountAsync("gateway.charges"));
        await StopAsync();

        await StartAsync();
        await Eventually.EqualAsync(199, () => CountAsync("payments WHERE status = 'paid'"));
        await UntilAsync(orders[0], "cancelled");
    }

    [Fact, Trait("security", "28")]
    public async Task Support_gives_the_money_back_once_however_often_it_asks()
    {
        await StartAsync();
        var (order, support) = (Order("tok_visa"), Guid.NewGuid());
        await PlaceAsync(order);
        await NextEventAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefundAsync(order, support)));
        Assert.Contains(HttpStatusCode.Accepted, answers);
        Assert.All(answers, answer => Assert.True(answer is HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{answer}"));

        var (type, body) = await NextEventAsync();
        Assert.Equal(("payment.refunded.v1", "support"), (type, body.GetProperty("reason").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, await RefundAsync(order, support));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refund_calls = 1"));
    }

    [Fact, Trait("security", "24")]
    public async Task Only_who_may_refunds_and_only_what_is_paid()
    {
        await StartAsync();
        var order = Order("tok_declined");
        await PlaceAsync(order);
        await UntilAsync(order, "declined");
        var path = $"/payments/{order.OrderId}/refund";

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Post, path, null)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, path, order.CustomerId, Permissions.PaymentsRead)).Response.StatusCode);
        var (refused, problem) = await SendAsync(HttpMethod.Post, path, Guid.NewGuid(), Permissions.PaymentsRefund);
        Assert.Equal((HttpStatusCode.Conflict, "https://shop.test/problems/not-paid"), (refused.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, await RefundAsync(Order("tok_visa"), Guid.NewGuid()));
    }

    private async Task<HttpStatusCode> RefundAsync(OrderPlaced order, Guid support) =>
        (await SendAsync(HttpMethod.Post, $"/payments/{order.OrderId}/refund", support, Permissions.PaymentsRefund)).Response.StatusCode;
}
