using Shop.Payment.Gateways;

namespace Shop.Tests.Services.Payment.Stripe;

public sealed class StripeVoidTests : StripeTest
{
    [Fact]
    public async Task A_voided_order_is_never_charged()
    {
        var order = Order();
        // Nothing is known of the card when the order is called off before it is heard of.
        Assert.Equal("voided", Assert.IsType<Declined>(await VoidAsync(order with { Token = "" })).Reason);
        Assert.Equal("voided", await DeclinedAsync(order));
        Assert.Equal("voided", Assert.IsType<Declined>(await VoidAsync(order)).Reason);
        Assert.Single(Stripe.Books.Intents);
        Assert.DoesNotContain("confirm", Stripe.Calls);
        Assert.Empty(Stripe.Books.Taken);
    }

    [Fact]
    public async Task It_is_too_late_to_void_what_is_charged()
    {
        var order = Order();
        var charged = await ChargeAsync(order);
        Assert.Equal(charged, await VoidAsync(order));
        Assert.DoesNotContain("cancel", Stripe.Calls);
    }

    [Fact]
    public async Task Voiding_what_was_declined_says_why_it_was()
    {
        var order = Order("pm_card_visa_chargeDeclinedInsufficientFunds");
        await ChargeAsync(order);
        Assert.Equal("insufficient_funds", Assert.IsType<Declined>(await VoidAsync(order)).Reason);
    }

    [Fact]
    public async Task A_charge_on_its_way_does_not_get_past_a_void()
    {
        var order = Order();
        // The void gets there when the charge is about to be confirmed.
        Stripe.Books.BeforeConfirm = intent => (intent.Status, intent.CancellationReason) = ("canceled", "requested_by_customer");
        Assert.Equal("voided", await DeclinedAsync(order));
        Assert.Empty(Stripe.Books.Taken);
        Assert.Equal(["create", "confirm", "retrieve"], Stripe.Calls);
    }

    [Fact]
    public async Task A_void_that_a_charge_overtakes_says_charged()
    {
        Stripe.Books.BeforeCancel = Stripe.Books.Take;
        Assert.IsType<Charged>(await VoidAsync(Order()));
        Assert.Equal([1250], Stripe.Books.Taken);
    }

    [Fact]
    public async Task A_void_and_a_charge_at_once_agree()
    {
        for (var i = 0; i < 20; i++)
        {
            var order = Order();
            var answers = await Task.WhenAll(ChargeAsync(order), VoidAsync(order));
            Assert.Equal(answers[0].GetType(), answers[1].GetType());
            Assert.Equal(answers[0] is Charged ? 1 : 0, Stripe.Books.Taken.Count);
            Stripe.Books.Taken.Clear();
        }
        Assert.Equal(20, Stripe.Books.Intents.Count);
    }

    [Fact]
    public async Task A_lost_answer_to_a_void_is_found_out_by_asking_again()
    {
        var order = Order();
        Stripe.Fail("cancel", Fault.DropAfter);
        await UnknownAsync(() => VoidAsync(order));
        Assert.Equal("voided", Assert.IsType<Declined>(await VoidAsync(order)).Reason);
        Assert.Equal("voided", await DeclinedAsync(order));
    }
}
