using Microsoft.Extensions.Logging;
using Shop.Payment.Gateways;

namespace Shop.Tests.Services.Payment.Stripe;

public sealed class StripeChargeTests : StripeTest
{
    [Fact]
    public async Task A_good_card_is_charged_once_however_often_it_is_asked()
    {
        var order = Order();
        var first = Assert.IsType<Charged>(await ChargeAsync(order));
        var second = await ChargeAsync(order);

        var intent = Stripe.Books.IntentOf(order.OrderId);
        Assert.Equal(intent.Id, first.Reference);
        Assert.Equal(intent.ChargedAt, first.At.ToUnixTimeSeconds());
        Assert.Equal(first, second);
        Assert.Equal([1250], Stripe.Books.Taken);
        Assert.Equal(["create", "confirm", "create", "retrieve"], Stripe.Calls);
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    [InlineData("pm_card_visa_chargeDeclinedStolenCard", "generic_decline")]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error")]
    [InlineData("pm_card_authenticationRequired", "authentication_required")]
    [InlineData("tok_visa", "invalid_token")]
    public async Task A_bad_card_is_declined_with_a_code_and_stays_declined(string token, string reason)
    {
        var order = Order(token);
        Assert.Equal(reason, await DeclinedAsync(order));
        Assert.Equal(reason, await DeclinedAsync(order));
        Assert.Single(Stripe.Books.Intents);
        Assert.Empty(Stripe.Books.Taken);
    }

    [Fact]
    public async Task A_declined_card_is_not_tried_again_even_when_it_has_become_good()
    {
        var order = Order("pm_card_visa_chargeDeclined");
        await ChargeAsync(order);
        Assert.Equal(1, Stripe.Calls.Count(x => x == "confirm"));
        Assert.Equal("generic_decline", await DeclinedAsync(order with { Token = "pm_card_visa" }));
        Assert.Equal(1, Stripe.Calls.Count(x => x == "confirm"));
    }

    [Fact]
    public async Task Charges_at_once_try_the_card_once_and_agree()
    {
        for (var i = 1; i <= 20; i++)
        {
            var order = Order("pm_card_visa_chargeDeclinedInsufficientFunds");
            var reasons = await Task.WhenAll(DeclinedAsync(order), DeclinedAsync(order), DeclinedAsync(order));
            Assert.Equal(["insufficient_funds", "insufficient_funds", "insufficient_funds"], reasons);
            Assert.Equal(i, Stripe.Books.Tries);
        }
    }

    [Fact]
    public async Task A_card_that_wants_its_owner_there_can_never_be_charged_later()
    {
        await ChargeAsync(Order("pm_card_authenticationRequired"));
        Assert.Equal("canceled", Assert.Single(Stripe.Books.Intents).Status);
    }

    [Fact]
    public async Task A_card_whose_bank_asks_waits_for_its_owner_who_comes_back_to_the_store()
    {
        Gateway = NewGateway(StripeDouble.ApiKey, storefront: "https://shop.example/");
        var (paid, refused, voided) = (Order("pm_card_authenticationRequired"), Order("pm_card_authenticationRequired"), Order("pm_card_authenticationRequired"));
        foreach (var order in (ChargeRequest[])[paid, paid, refused, voided])
            Assert.Equal(StripeJson.BankPage, Assert.IsType<ActionRequired>(await ChargeAsync(order)).Url.AbsoluteUri);
        Assert.Equal(3, Stripe.Books.Tries);
        Assert.Equal($"https://shop.example/orders/{paid.OrderId}", Stripe.Books.IntentOf(paid.OrderId).ReturnUrl);

        Stripe.Books.Take(Stripe.Books.IntentOf(paid.OrderId));
        Assert.IsType<Charged>(await ChargeAsync(paid));
        StripeBooks.Refuse(Stripe.Books.IntentOf(refused.OrderId));
        Assert.Equal("payment_intent_authentication_failure", await DeclinedAsync(refused));
        Assert.Equal("voided", Assert.IsType<Declined>(await VoidAsync(voided)).Reason);
        Assert.Equal([1250], Stripe.Books.Taken);
    }

    [Fact]
    public async Task A_payment_in_processing_is_unknown_until_it_is_decided()
    {
        var order = Order("pm_card_processing");
        await UnknownAsync(() => ChargeAsync(order));
        await UnknownAsync(() => ChargeAsync(order));
        await UnknownAsync(() => VoidAsync(order));
        Stripe.Books.Take(Stripe.Books.IntentOf(order.OrderId));
        Assert.IsType<Charged>(await ChargeAsync(order));
        Assert.IsType<Charged>(await VoidAsync(order));
        Assert.Equal(0, Logs.Count(LogLevel.Error));
    }

    [Theory]
    [InlineData("12.50", "EUR", 1250)]
    [InlineData("9999.99", "USD", 999_999)]
    [InlineData("500.00", "JPY", 500)]
    [InlineData("5.12", "KWD", 5120)]
    [InlineData("5", "ISK", 500)]
    public async Task An_amount_is_counted_in_the_smallest_unit_of_its_currency(string amount, string currency, long units)
    {
        Assert.IsType<Charged>(await ChargeAsync(Order(amount: decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency: currency)));
        Assert.Equal([units], Stripe.Books.Taken);
    }

    [Theory]
    [InlineData("500.50", "JPY", "amount_not_supported")]
    [InlineData("5.50", "ISK", "amount_not_supported")]
    [InlineData("5", "UGX", "amount_not_supported")]
    [InlineData("12.505", "EUR", "amount_not_supported")]
    [InlineData("0.49", "EUR", "amount_too_small")]
    [InlineData("1000000", "EUR", "amount_too_large")]
    public async Task An_amount_that_cannot_be_charged_is_declined_not_rounded(string amount, string currency, string reason)
    {
        var order = Order(amount: decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency: currency);
        Assert.Equal(reason, await DeclinedAsync(order));
        Assert.IsType<Declined>(await VoidAsync(order));
        Assert.Empty(Stripe.Books.Intents);
    }

    [Fact]
    public async Task What_nobody_foresaw_declines_nothing_and_is_reported()
    {
        await UnknownAsync(() => ChargeAsync(Order(currency: "XXX")));
        Assert.Equal(1, Logs.Count(LogLevel.Error));
    }

    [Fact]
    public async Task The_same_order_with_another_amount_is_not_charged()
    {
        var order = Order();
        await ChargeAsync(order);
        await UnknownAsync(() => ChargeAsync(Order(amount: 99, id: order.OrderId)));
        Assert.Equal([1250], Stripe.Books.Taken);
        Assert.Equal(1, Logs.Count(LogLevel.Error));
    }

    [Fact]
    public async Task An_order_of_yesterday_whose_key_is_forgotten_is_not_charged_again()
    {
        var order = Order(id: Guid.CreateVersion7(DateTimeOffset.UtcNow.AddHours(-25)));
        var first = Assert.IsType<Charged>(await ChargeAsync(order));
        Stripe.ForgetKeys();
        Assert.Equal(first, await ChargeAsync(order));
        Assert.Equal(first.Reference, Assert.IsType<Charged>(await VoidAsync(order)).Reference);
        Assert.Equal([1250], Stripe.Books.Taken);
        await UnknownAsync(() => ChargeAsync(Order(amount: 99, id: order.OrderId)));
        Assert.Single(Stripe.Books.Intents);
    }

    [Fact]
    public async Task An_order_whose_id_tells_no_time_is_looked_for_as_if_it_were_old()
    {
        var order = Order(id: Guid.NewGuid());
        await ChargeAsync(order);
        Stripe.ForgetKeys();
        Assert.IsType<Charged>(await ChargeAsync(order));
        Assert.Equal([1250], Stripe.Books.Taken);
    }
}
