using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Payment;

public sealed class SettlementTests : PaymentTest
{
    [Fact]
    public async Task An_order_is_charged_and_the_shop_hears_of_it()
    {
        await StartAsync();
        var order = Order("tok_visa", 12.50m);
        await PlaceAsync(order);

        var (type, body) = await NextEventAsync();
        Assert.Equal("payment.succeeded.v1", type);
        Assert.Equal(order.OrderId, body.GetProperty("orderId").GetGuid());
        Assert.Equal(12.50m, body.GetProperty("amount").GetProperty("amount").GetDecimal());
        Assert.Equal("simulated", body.GetProperty("gateway").GetString());
        Assert.Equal(1, await CountAsync($"gateway.charges WHERE order_id = '{order.OrderId}' AND amount = 12.50 AND reason IS NULL"));
        Assert.Equal(1, await CountAsync("payments WHERE status = 'paid' AND attempts = 1 AND token IS NULL"));
    }

    [Theory]
    [InlineData("tok_declined", "declined")]
    [InlineData("tok_insufficient_funds", "insufficient_funds")]
    [InlineData("tok_of_a_stranger", "invalid_token")]
    public async Task A_refused_order_is_declined_with_the_reason(string token, string reason)
    {
        await StartAsync();
        await PlaceAsync(Order(token));

        var (type, body) = await NextEventAsync();
        Assert.Equal(("payment.declined.v1", reason), (type, body.GetProperty("reason").GetString()));
        Assert.Equal(1, await CountAsync($"payments WHERE status = 'declined' AND reason = '{reason}' AND reference IS NULL AND token IS NULL"));
    }

    [Fact]
    public async Task An_order_whose_answers_are_lost_twice_is_charged_once_and_paid()
    {
        await StartAsync();
        await PlaceAsync(Order("tok_flaky"));
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Assert.Equal(1, await CountAsync("gateway.charges WHERE calls = 3"));
        Assert.Equal(1, await CountAsync("payments WHERE attempts = 3"));
    }

    [Fact, Trait("security", "34")]
    public async Task A_redelivered_order_is_charged_once_and_announced_once()
    {
        await StartAsync();
        var (order, id) = (Order("tok_visa"), NewId());
        for (var i = 0; i < 20; i++)
            await PlaceAsync(order, id);
        // Past the inbox too: the same order as another message.
        for (var i = 0; i < 5; i++)
            await PlaceAsync(order);
        var last = Order("tok_visa");
        await Eventually.EqualAsync(0u, () => Broker.CountAsync(Orders));
        await PlaceAsync(last);
        await Eventually.EqualAsync(2, () => CountAsync("payments WHERE status = 'paid'"));
        await StopAsync();

        Assert.Equal(2, await CountAsync("gateway.charges"));
        Assert.Equal(0, await CountAsync("dead_letters"));
        Assert.Equal(2u + await CountAsync("outbox"), await Broker.CountAsync(Queue));
    }

    [Fact]
    public async Task Orders_flow_past_many_that_the_gateway_does_not_answer()
    {
        await StartAsync(("Payment:GatewayTimeout", "00:00:10"));
        for (var i = 0; i < 20; i++)
            await PlaceAsync(Order("tok_timeout"));
        var order = Order("tok_visa");
        await PlaceAsync(order);
        Assert.Equal(order.OrderId, (await NextEventAsync()).Body.GetProperty("orderId").GetGuid());
        Assert.Equal(20, await CountAsync("payments WHERE status = 'pending'"));
    }

    [Fact, Trait("security", "44")]
    public async Task An_order_that_the_gateway_does_not_answer_is_of_unknown_outcome_and_its_message_done_with()
    {
        await StartAsync(("Payment:GatewayTimeout", "00:00:00.2"));
        await PlaceAsync(Order("tok_timeout"));
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'unknown' AND token IS NOT NULL"));
        Assert.Equal(1, await CountAsync("inbox"));
        Assert.Equal(0, await CountAsync("gateway.charges"));
        Assert.Equal(0u, await Broker.CountAsync(Queue));
    }

    [Fact, Trait("security", "34")]
    public async Task A_charge_that_was_made_before_a_crash_is_not_made_again()
    {
        await StartAsync();
        await StopAsync();
        // The service died after the gateway had charged and before it could write that down.
        var order = Order("tok_visa");
        await ExecuteAsync($"""
            INSERT INTO payments (order_id, customer_id, amount, currency, token, gateway, status, attempts, created_at, updated_at)
            VALUES ('{order.OrderId}', '{order.CustomerId}', 12.50, 'EUR', 'tok_visa', 'simulated', 'pending', 1, now(), now());
            INSERT INTO gateway.charges (order_id, amount, currency, reference) VALUES ('{order.OrderId}', 12.50, 'EUR', 'sim_before')
            """);
        await PlaceAsync(order);
        await StartAsync();

        Assert.Equal("sim_before", (await NextEventAsync()).Body.GetProperty("reference").GetString());
        Assert.Equal(1, await CountAsync("payments WHERE reference = 'sim_before' AND attempts = 2"));
    }

    [Fact, Trait("security", "44")]
    public async Task What_cannot_be_charged_is_put_aside_untouched()
    {
        await StartAsync();
        await PlaceAsync(Order("tok_visa", amount: 0));
        await PlaceAsync(Order("tok_visa", amount: -1));
        await PlaceAsync(Order("tok_visa", amount: 0.001m));
        await PlaceAsync(Order("tok_visa", amount: 99_999_999_999m));
        await PlaceAsync(Order(" "));
        await PlaceAsync(Order("tok_visa\0"));
        await PlaceAsync(Order("tok_visa") with { OrderId = Guid.Empty });
        await PlaceAsync(Order("tok_visa") with { CustomerId = Guid.Empty });
        await PlaceAsync(Order("tok_visa") with { Total = new Money(1, "euros") });
        await Eventually.EqualAsync(9, () => CountAsync("dead_letters"));
        Assert.Equal(0, await CountAsync("payments"));
    }

    [Fact, Trait("security", "36")]
    public async Task An_order_that_comes_again_with_another_total_is_put_aside()
    {
        await StartAsync(("Payment:GatewayTimeout", "00:00:00.2"));
        var order = Order("tok_timeout");
        await PlaceAsync(order);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'unknown'"));
        await PlaceAsync(order with { Total = order.Total with { Amount = 1 }, PaymentToken = "tok_visa" });
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters"));
        Assert.Equal(0, await CountAsync("gateway.charges"));
    }
}
