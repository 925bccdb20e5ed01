using Microsoft.Extensions.Logging;
using Shop.Payment.Gateways;

namespace Shop.Tests.Services.Payment.Stripe;

public sealed class StripeRefundTests : StripeTest
{
    [Theory]
    [InlineData("succeeded")]
    [InlineData("pending")]
    public async Task Money_is_given_back_once_however_often_it_is_asked(string status)
    {
        Stripe.Books.RefundStatus = status;
        var charge = await ChargedAsync();
        var first = Assert.IsType<Refunded>(await RefundAsync(charge));
        Assert.Equal(first, await RefundAsync(charge));
        var refund = Assert.Single(Stripe.Books.Refunds);
        Assert.Equal((1250, charge.OrderId.ToString()), (refund.Amount, refund.Metadata["order_id"]));
        Assert.Equal(refund.Created, first.At.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task What_was_given_back_before_anybody_remembers_counts_as_given_back()
    {
        var charge = await ChargedAsync();
        await RefundAsync(charge);
        Stripe.ForgetKeys();
        Assert.IsType<Refunded>(await RefundAsync(charge));
        Assert.Single(Stripe.Books.Refunds);
    }

    [Theory]
    [InlineData("failed", "expired_or_canceled_card")]
    [InlineData("canceled", "canceled")]
    public async Task A_refund_that_fails_is_refused_with_the_reason(string status, string reason)
    {
        Stripe.Books.RefundStatus = status;
        var charge = await ChargedAsync();
        Assert.Equal(reason, Assert.IsType<RefundRefused>(await RefundAsync(charge)).Reason);
        Assert.Equal(reason, Assert.IsType<RefundRefused>(await RefundAsync(charge)).Reason);
    }

    [Fact]
    public async Task A_refund_that_was_pending_and_failed_is_refused_when_asked_again()
    {
        Stripe.Books.RefundStatus = "pending";
        var charge = await ChargedAsync();
        await RefundAsync(charge);
        Stripe.Books.Refunds[0].Status = "failed";
        Assert.Equal("failed", Assert.IsType<RefundRefused>(await RefundAsync(charge)).Reason);
    }

    [Fact]
    public async Task A_disputed_charge_is_not_given_back()
    {
        var charge = await ChargedAsync("pm_card_createDispute");
        Assert.Equal("charge_disputed", Assert.IsType<RefundRefused>(await RefundAsync(charge)).Reason);
        Assert.Equal("charge_disputed", Assert.IsType<RefundRefused>(await RefundAsync(charge)).Reason);
    }

    [Fact]
    public async Task A_charge_that_is_not_there_is_another_accounts_and_refuses_nothing()
    {
        await UnknownAsync(() => RefundAsync(new RefundRequest(Guid.CreateVersion7(), Guid.CreateVersion7(), Order().Amount, IsWhole: true, "pi_of_another_account")));
        Assert.Equal(1, Logs.Count(LogLevel.Error));
    }

    [Fact]
    public async Task A_lost_answer_gives_the_money_back_once()
    {
        var charge = await ChargedAsync();
        Stripe.Fail("refund", Fault.DropBefore);
        Stripe.Fail("refund", Fault.DropAfter);
        await UnknownAsync(() => RefundAsync(charge));
        await UnknownAsync(() => RefundAsync(charge));
        Assert.IsType<Refunded>(await RefundAsync(charge));
        Assert.Single(Stripe.Books.Refunds);
    }

    private Task<RefundAnswer> RefundAsync(RefundRequest request) => Gateway.RefundAsync(request, Cancel);

    private async Task<RefundRequest> ChargedAsync(string token = "pm_card_visa")
    {
        var order = Order(token);
        var charged = Assert.IsType<Charged>(await ChargeAsync(order));
        return new RefundRequest(order.OrderId, order.OrderId, order.Amount, IsWhole: true, charged.Reference);
    }
}
