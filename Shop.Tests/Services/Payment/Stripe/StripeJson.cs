using System.Net;
using System.Text.Json;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>An answer of Stripe's.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body);

/// <summary>Stripe's objects as JSON.</summary>
internal static class StripeJson
{
    /// <summary>What a log must not hold, since it is in what Stripe says of a card.</summary>
    public const string CardFingerprint = "Xt5EWLLDS7FJjR1c";

    public static Reply Ok(object body) => new(HttpStatusCode.OK, JsonSerializer.Serialize(body));

    // What Stripe says to people may tell of the card.
    public static Reply Error(
        HttpStatusCode status, string type, string? code, string? param = null, string message = $"Something is wrong with {CardFingerprint}.") =>
        Error(status, new { type, code, param, message, doc_url = "https://stripe.com/docs/error-codes", request_log_url = "https://dashboard.stripe.com/logs" });

    public static Reply Error(HttpStatusCode status, object error) => new(status, JsonSerializer.Serialize(new { error }));

    public const string BankPage = "https://hooks.stripe.example/3ds";

    public static object Of(StripeIntent intent, bool expanded) => new Dictionary<string, object?>
    {
        ["id"] = intent.Id,
        ["object"] = "payment_intent",
        ["amount"] = intent.Amount,
        ["amount_received"] = intent.Status == "succeeded" ? intent.Amount : 0,
        ["canceled_at"] = intent.CanceledAt,
        ["cancellation_reason"] = intent.CancellationReason,
        ["capture_method"] = "automatic_async",
        ["client_secret"] = $"{intent.Id}_secret_x",
        ["confirmation_method"] = "automatic",
        ["created"] = intent.Created,
        ["currency"] = intent.Currency,
        ["last_payment_error"] = intent.LastPaymentError,
        ["latest_charge"] = intent.ChargeId is null ? null : expanded ? Charge(intent) : intent.ChargeId,
        ["livemode"] = false,
        ["metadata"] = intent.Metadata,
        ["next_action"] = (intent.Status, intent.ReturnUrl) switch
        {
            ("requires_action", null) => new { type = "use_stripe_sdk", use_stripe_sdk = new { type = "three_d_secure_redirect" } },
            ("requires_action", var back) => new { type = "redirect_to_url", redirect_to_url = new { url = BankPage, return_url = back } },
            _ => (object?)null,
        },
        ["payment_method"] = intent.PaymentMethod,
        ["payment_method_types"] = new[] { "card" },
        ["status"] = intent.Status,
    };

    public static object Charge(StripeIntent intent) => new
    {
        id = intent.ChargeId,
        @object = "charge",
        amount = intent.Amount,
        created = intent.ChargedAt,
        currency = intent.Currency,
        metadata = intent.Metadata,
        payment_intent = intent.Id,
        payment_method_details = new { type = "card", card = new { brand = "visa", fingerprint = CardFingerprint, last4 = "4242" } },
        status = intent.Status == "succeeded" ? "succeeded" : "failed",
    };

    public static object Of(StripeRefund refund) => new
    {
        id = refund.Id,
        @object = "refund",
        amount = refund.Amount,
        created = refund.Created,
        failure_reason = refund.FailureReason,
        metadata = refund.Metadata,
        payment_intent = refund.IntentId,
        status = refund.Status,
    };

    /// <summary>A declined card, as in an error and in <c>last_payment_error</c>.</summary>
    public static Dictionary<string, object?> CardError(StripeIntent intent, string code, string? declineCode, string? paymentMethod) => new()
    {
        ["type"] = "card_error",
        ["code"] = code,
        ["decline_code"] = declineCode,
        ["charge"] = intent.ChargeId,
        ["message"] = $"Your card {CardFingerprint} was declined.",
        ["payment_method"] = new
        {
            id = paymentMethod,
            @object = "payment_method",
            type = "card",
            card = new { brand = "visa", fingerprint = CardFingerprint, last4 = "0002" },
        },
    };
}
