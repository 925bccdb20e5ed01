using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Payment.Gateways;

namespace Shop.Tests.Services.Payment.Stripe;

public sealed class StripeFaultTests : StripeTest
{
    [Theory]
    [InlineData("create", Fault.DropBefore)]
    [InlineData("create", Fault.DropAfter)]
    [InlineData("create", Fault.Unavailable)]
    [InlineData("create", Fault.RateLimited)]
    [InlineData("create", Fault.KeyInUse)]
    [InlineData("create", Fault.Garbled)]
    [InlineData("confirm", Fault.DropBefore)]
    [InlineData("confirm", Fault.DropAfter)]
    [InlineData("confirm", Fault.ErrorAfter)]
    [InlineData("confirm", Fault.Unavailable)]
    [InlineData("confirm", Fault.RateLimited)]
    [InlineData("confirm", Fault.KeyInUse)]
    [InlineData("confirm", Fault.Garbled)]
    public async Task A_call_without_an_answer_is_unknown_and_then_found_out(string step, Fault fault)
    {
        var order = Order();
        Stripe.Fail(step, fault);
        await UnknownAsync(() => ChargeAsync(order));
        Assert.IsType<Charged>(await ChargeAsync(order));
        Assert.Equal([1250], Stripe.Books.Taken);
        Assert.Single(Stripe.Books.Intents);
    }

    [Fact]
    public async Task A_decline_whose_answer_is_lost_is_the_same_decline_later()
    {
        var order = Order("pm_card_visa_chargeDeclinedInsufficientFunds");
        Stripe.Fail("confirm", Fault.DropAfter);
        await UnknownAsync(() => ChargeAsync(order));
        Assert.Equal("insufficient_funds", await DeclinedAsync(order));
        Assert.Equal(1, Stripe.Calls.Count(x => x == "confirm"));
    }

    [Fact]
    public async Task An_error_of_Stripes_that_is_kept_with_the_key_charges_nothing_and_can_be_voided()
    {
        var order = Order();
        Stripe.Fail("confirm", Fault.ErrorBefore);
        await UnknownAsync(() => ChargeAsync(order));
        await UnknownAsync(() => ChargeAsync(order));
        Assert.Equal("voided", Assert.IsType<Declined>(await VoidAsync(order)).Reason);
        Assert.Equal("voided", await DeclinedAsync(order));
        Assert.Empty(Stripe.Books.Taken);
    }

    [Fact]
    public async Task Whoever_waits_no_longer_is_let_go_and_finds_out_later()
    {
        var order = Order();
        Stripe.Fail("confirm", Fault.HangAfter);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var charge = Gateway.ChargeAsync(order, patience.Token);
        await Eventually.TrueAsync(() => Task.FromResult(Stripe.Calls.Contains("confirm")), "Stripe has the confirmation");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => charge);
        Assert.IsType<Charged>(await ChargeAsync(order));
        Assert.Equal([1250], Stripe.Books.Taken);
    }

    [Fact]
    public async Task Nothing_is_tried_again_behind_the_callers_back()
    {
        var order = Order();
        await ChargeAsync(order);
        Stripe.Fail("retrieve", Fault.Unavailable);
        await UnknownAsync(() => ChargeAsync(order));
        Assert.Equal(["create", "confirm", "create", "retrieve"], Stripe.Calls);
    }

    [Fact]
    public async Task A_log_of_everything_has_the_calls_but_not_the_key()
    {
        await ChargeAsync(Order("pm_card_visa_chargeDeclined"));
        Assert.Contains("/v1/payment_intents", Logs.Text, StringComparison.Ordinal);
        Assert.Contains("Authorization: *", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_unknown()
    {
        Gateway = NewGateway(StripeDouble.ApiKey, "http://127.0.0.1:1");
        await UnknownAsync(() => ChargeAsync(Order()));
    }

    [Fact]
    public async Task A_wrong_key_declines_nothing_and_cries_for_help()
    {
        var order = Order();
        Gateway = NewGateway("sk_test_wrong");
        await UnknownAsync(() => ChargeAsync(order));
        await UnknownAsync(() => VoidAsync(order));
        await UnknownAsync(() => Gateway.RefundAsync(new RefundRequest(order.OrderId, order.OrderId, order.Amount, IsWhole: true, "pi_x"), Cancel));
        Assert.Equal(3, Logs.Count(LogLevel.Critical));
        Assert.DoesNotContain("sk_test_wrong", Logs.Text, StringComparison.Ordinal);

        // Put right, the order goes on.
        Gateway = NewGateway(StripeDouble.ApiKey);
        Assert.IsType<Charged>(await ChargeAsync(order));
    }

    [Fact]
    public async Task A_key_without_the_permission_declines_nothing_and_cries_for_help()
    {
        var order = Order();
        Stripe.Fail("confirm", Fault.Forbidden);
        await UnknownAsync(() => ChargeAsync(order));
        Assert.Equal(1, Logs.Count(LogLevel.Critical));
        Assert.IsType<Charged>(await ChargeAsync(order));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("sk_test with space", null)]
    [InlineData("sk_test_x", "http://api.stripe.test")]
    [InlineData("sk_test_x", "api.stripe.test")]
    public void Without_a_key_or_with_an_address_that_would_give_it_away_there_is_no_gateway(string key, string? address)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => NewGateway(key, address));
        if (key.Length > 0)
            Assert.DoesNotContain(key, refusal.Message, StringComparison.Ordinal);
        Gateway = NewGateway(StripeDouble.ApiKey);
    }
}
