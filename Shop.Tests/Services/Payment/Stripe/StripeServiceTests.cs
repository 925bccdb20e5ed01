using System.Net;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>The whole service with Stripe as its gateway, on a real database and broker.</summary>
public sealed class StripeServiceTests : PaymentTest
{
    private const string WebhookSecret = "whsec_test";

    private StripeDouble _stripe = null!;

    [Fact]
    public async Task An_order_is_charged_once_though_the_answer_is_lost_after_the_charge()
    {
        await StartWithStripeAsync();
        var order = Order("pm_card_visa");
        _stripe.Fail("confirm", Fault.DropAfter);
        await PlaceAsync(order);

        var (type, body) = await NextEventAsync();
        var intent = _stripe.Books.IntentOf(order.OrderId);
        Assert.Equal("payment.succeeded.v1", type);
        Assert.Equal("stripe", body.GetProperty("gateway").GetString());
        Assert.Equal(intent.Id, body.GetProperty("reference").GetString());
        Assert.Equal([1250], _stripe.Books.Taken);
        Assert.Equal(1, _stripe.Calls.Count(x => x == "confirm"));
        Assert.Equal(1, await CountAsync($"payments WHERE status = 'paid' AND attempts = 2 AND gateway = 'stripe' AND reference = '{intent.Id}' AND token IS NULL"));
    }

    [Fact]
    public async Task A_declined_card_reaches_the_shop_with_the_reason()
    {
        await StartWithStripeAsync();
        await PlaceAsync(Order("pm_card_visa_chargeDeclinedInsufficientFunds"));

        var (type, body) = await NextEventAsync();
        Assert.Equal(("payment.declined.v1", "insufficient_funds"), (type, body.GetProperty("reason").GetString()));
        Assert.Empty(_stripe.Books.Taken);
        Assert.Equal(1, await CountAsync("payments WHERE status = 'declined' AND reason = 'insufficient_funds' AND token IS NULL"));
    }

    [Fact]
    public async Task What_Stripe_did_not_answer_in_time_is_settled_when_its_webhook_calls()
    {
        await StartWithStripeAsync(("Payment:GatewayTimeout", "00:00:01"), ("Payment:RetryDelay", "00:05:00"));
        var order = Order("pm_card_visa");
        _stripe.Fail("confirm", Fault.HangAfter);
        await PlaceAsync(order);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'unknown'"));

        using var client = NewClient();
        var body = StripeEvent.Of("payment_intent.succeeded", "payment_intent", order.OrderId);
        using var content = new StringContent(body);
        content.Headers.Add("Stripe-Signature", StripeEvent.Sign(body, DateTimeOffset.UtcNow, WebhookSecret));
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(new Uri("/webhooks/stripe", UriKind.Relative), content, Cancel)).StatusCode);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Assert.Equal([1250], _stripe.Books.Taken);
    }

    [Fact]
    public async Task An_order_that_is_called_off_after_a_charge_nobody_heard_of_gets_its_money_back()
    {
        await StartWithStripeAsync(("Payment:GatewayTimeout", "00:00:01"), ("Payment:RetryDelay", "00:05:00"));
        var order = Order("pm_card_visa");
        _stripe.Fail("confirm", Fault.HangAfter);
        _stripe.Fail("refund", Fault.DropAfter);
        await PlaceAsync(order);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'unknown'"));
        await CallOffAsync(order);
        // The refund's answer is lost too; its webhook would call, here somebody does.
        await Eventually.EqualAsync(1, () => CountAsync("refunds WHERE status = 'asked' AND ask_at > now() + interval '1 minute'"));
        await ExecuteAsync("UPDATE refunds SET ask_at = now()");

        Assert.Equal("payment.refunded.v1", (await NextEventAsync()).Type);
        Assert.Equal(1250, Assert.Single(_stripe.Books.Refunds).Amount);
        Assert.Equal(1, await CountAsync("payments WHERE status = 'refunded'"));
    }

    [Fact]
    public async Task An_order_that_is_called_off_before_its_charge_is_never_charged()
    {
        await StartWithStripeAsync(("Payment:GatewayTimeout", "00:00:01"), ("Payment:RetryDelay", "00:05:00"));
        var order = Order("pm_card_visa");
        _stripe.Fail("create", Fault.HangAfter);
        await PlaceAsync(order);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'unknown'"));
        await CallOffAsync(order);
        await Eventually.EqualAsync(1, () => CountAsync("payments WHERE status = 'cancelled' AND token IS NULL"));
        Assert.Equal("canceled", Assert.Single(_stripe.Books.Intents).Status);
        Assert.Empty(_stripe.Books.Taken);
    }

    [Fact]
    public async Task Orders_wait_for_a_key_that_is_put_right_and_are_not_declined_meanwhile()
    {
        await StartWithStripeAsync(("Payment:Stripe:ApiKey", "sk_test_wrong"));
        await PlaceAsync(Order("pm_card_visa"));
        await Eventually.TrueAsync(async () => await CountAsync("payments WHERE status = 'pending' AND attempts >= 2") == 1, "it has been tried twice");
        await StopAsync();
        await StartWithStripeAsync();
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_stripe is not null) await _stripe.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private Task CallOffAsync(OrderPlaced order) => Broker.SendAsync(
        Orders,
        OrderCancelled.Name,
        Json(new OrderCancelled(order.OrderId, order.CustomerId, order.Total, OrderCancelled.Expired, DateTimeOffset.UtcNow)),
        NewId());

    private async Task StartWithStripeAsync(params (string Key, string Value)[] settings)
    {
        _stripe ??= await StripeDouble.StartAsync(Cancel);
        await StartAsync([
            ("Payment:Gateway", "stripe"),
            ("Payment:Stripe:ApiKey", StripeDouble.ApiKey),
            ("Payment:Stripe:WebhookSecret", WebhookSecret),
            ("Payment:Stripe:ApiBase", _stripe.Address),
            .. settings]);
    }
}
