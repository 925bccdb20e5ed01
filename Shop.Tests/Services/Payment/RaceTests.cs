using System.Net;
using Shop.Messaging.Consuming;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Tests.Services.Payment;

/// <summary>Something happens just before or just after a step of a payment, each time at the same place.</summary>
[Trait("security", "34")]
public sealed class RaceTests : PaymentTest
{
    [Fact]
    public async Task Called_off_just_before_the_gateway_is_asked_it_is_not_charged()
    {
        await StartAsync();
        var order = Order("tok_visa");
        Steps.BeforeCharge = async () =>
        {
            await CallOffAsync(order);
            await UntilAsync(order, "cancelled");
        };
        await PlaceAsync(order);

        await InboxAsync(2);
        Assert.Equal(1, await CountAsync($"payments WHERE status = 'cancelled' AND token IS NULL AND order_id = '{order.OrderId}'"));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NULL AND reason = 'voided'"));
        await NoEventAsync();
    }

    [Fact, Trait("security", "35")]
    public async Task Called_off_just_after_the_gateway_charged_the_money_goes_back_and_the_late_answer_changes_nothing()
    {
        await StartAsync();
        var order = Order("tok_visa");
        Steps.AfterCharge = async () =>
        {
            await CallOffAsync(order);
            await UntilAsync(order, "refunded");
        };
        await PlaceAsync(order);

        await InboxAsync(2);
        Assert.Equal(1, await CountAsync($"payments WHERE status = 'refunded' AND order_id = '{order.OrderId}'"));
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NOT NULL AND refund_calls = 1"));
        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    [Fact]
    public async Task A_failure_between_the_voiding_and_its_record_is_made_good()
    {
        await StartAsync(("Payment:GatewayTimeout", "00:00:00.5"), ("Payment:RetryDelay", "00:00:00.1"));
        var order = Order("tok_timeout");
        await PlaceAsync(order);
        await UntilAsync(order, "unknown");
        Steps.AfterVoid = () => throw new UnavailableException("Cut off by the test.");
        await CallOffAsync(order);

        await UntilAsync(order, "cancelled");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE reference IS NULL AND reason = 'voided'"));
        await NoEventAsync();
    }

    [Fact]
    public async Task Delivered_again_between_the_charge_and_its_record_it_is_charged_and_announced_once()
    {
        await StartAsync();
        var order = Order("tok_visa");
        Steps.AfterCharge = async () =>
        {
            await PlaceAsync(order);
            await UntilAsync(order, "paid");
        };
        await PlaceAsync(order);

        await InboxAsync(2);
        Assert.Equal(1, await CountAsync("gateway.charges WHERE calls = 2"));
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    [Theory]
    [InlineData("tok_visa", "payment.succeeded.v1", "paid")]
    [InlineData("tok_declined", "payment.declined.v1", "declined")]
    public async Task A_failure_between_the_gateways_answer_and_its_record_is_made_good(string token, string type, string status)
    {
        await StartAsync();
        var order = Order(token);
        Steps.AfterCharge = () => throw new UnavailableException("Cut off by the test.");
        await PlaceAsync(order);

        await UntilAsync(order, status);
        Assert.Equal(1, await CountAsync("gateway.charges WHERE calls = 2"));
        Assert.Equal(type, (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    [Fact]
    public async Task A_database_that_goes_between_the_charge_and_its_record_changes_nothing()
    {
        await StartAsync();
        var order = Order("tok_visa");
        // All connections of the service: the record meets a dead one.
        Steps.AfterCharge = () => ExecuteAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> '{TestName}'");
        await PlaceAsync(order);

        await UntilAsync(order, "paid");
        Assert.Equal(1, await CountAsync("gateway.charges"));
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    [Fact]
    public async Task Called_off_while_support_refunds_the_money_goes_back_once()
    {
        await StartAsync();
        var order = Order("tok_visa");
        await PlaceAsync(order);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Steps.AfterRefund = async () =>
        {
            await CallOffAsync(order);
            await InboxAsync(2);
            // All of it is on its way back.
            Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(
                HttpMethod.Post, $"/payments/{order.OrderId}/refund", Guid.NewGuid(), Permissions.PaymentsRefund)).Response.StatusCode);
        };

        await SendAsync(HttpMethod.Post, $"/payments/{order.OrderId}/refund", Guid.NewGuid(), Permissions.PaymentsRefund);

        await UntilAsync(order, "refunded");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refunded_at IS NOT NULL"));
        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    [Fact]
    public async Task A_failure_between_the_refund_and_its_record_is_made_good()
    {
        await StartAsync(("Payment:RetryDelay", "00:00:00.1"));
        var order = Order("tok_visa");
        await PlaceAsync(order);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Steps.AfterRefund = () => throw new UnavailableException("Cut off by the test.");
        await CallOffAsync(order);

        await UntilAsync(order, "refunded");
        Assert.Equal(1, await CountAsync("gateway.charges WHERE refund_calls = 2"));
        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        await NoEventAsync();
    }

    private Task InboxAsync(int messages) => Eventually.EqualAsync(messages, () => CountAsync("inbox"));
}
