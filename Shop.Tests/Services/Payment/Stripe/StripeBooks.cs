using System.Net;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Services.Payment.Stripe;

internal sealed class StripeIntent
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required Dictionary<string, string> Metadata { get; init; }
    public long Created { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    public string Status { get; set; } = "requires_payment_method";
    public string? PaymentMethod { get; set; }

    public string? ReturnUrl { get; set; }
    public object? LastPaymentError { get; set; }
    public string? ChargeId { get; set; }
    public long ChargedAt { get; set; }
    public string? CancellationReason { get; set; }
    public long? CanceledAt { get; set; }
    public bool Disputed { get; set; }
}

internal sealed class StripeRefund
{
    public required string Id { get; init; }
    public required string IntentId { get; init; }
    public required long Amount { get; init; }
    public required Dictionary<string, string> Metadata { get; init; }
    public long Created { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    public required string Status { get; set; }
    public string? FailureReason { get; set; }
}

/// <summary>What Stripe does: the life of intents and refunds. The test cards are named as Stripe's own.</summary>
internal sealed class StripeBooks
{
    /// <summary>All intents, in the order of their making.</summary>
    public List<StripeIntent> Intents { get; } = [];

    /// <summary>All refunds.</summary>
    public List<StripeRefund> Refunds { get; } = [];

    /// <summary>The amounts that were taken, in the currency's smallest unit: one for each time.</summary>
    public List<long> Taken { get; } = [];

    /// <summary>How often a card was tried, with whatever outcome.</summary>
    public int Tries { get; private set; }

    /// <summary>What becomes of the next refunds.</summary>
    public string RefundStatus { get; set; } = "succeeded";

    /// <summary>Runs just before a confirmation: for races.</summary>
    public Action<StripeIntent>? BeforeConfirm { get; set; }

    /// <summary>Runs just before a cancellation.</summary>
    public Action<StripeIntent>? BeforeCancel { get; set; }

    public StripeIntent IntentOf(Guid orderId) => Intents.Single(x => x.Metadata["order_id"] == orderId.ToString());

    public Reply Do(string step, string id, IFormCollection form, IQueryCollection query) => step switch
    {
        "create" => Create(form),
        "search" => StripeJson.Ok(new
        {
            @object = "search_result",
            url = "/v1/payment_intents/search",
            has_more = false,
            data = Intents.Where(x => query["query"] == $"metadata['order_id']:'{x.Metadata["order_id"]}'").Select(x => StripeJson.Of(x, false)),
        }),
        "refund" => Refund(form),
        "retrieve-refund" => Refunds.Find(x => x.Id == id) is { } refund ? StripeJson.Ok(StripeJson.Of(refund)) : Missing("refund"),
        _ => Intents.Find(x => x.Id == id) is { } intent ? Do(step, intent, form, query) : Missing("intent"),
    };

    private Reply Do(string step, StripeIntent intent, IFormCollection form, IQueryCollection query)
    {
        var refusal = step switch
        {
            "confirm" => Confirm(intent, form),
            "cancel" => Cancel(intent, form),
            "retrieve" => null,
            _ => StripeJson.Error(HttpStatusCode.NotFound, "invalid_request_error", null, null, "Unrecognized request URL."),
        };
        return refusal ?? StripeJson.Ok(StripeJson.Of(intent, expanded: query["expand[0]"] == "latest_charge" || form["expand[0]"] == "latest_charge"));
    }

    private Reply Create(IFormCollection form)
    {
        if (form.Keys.FirstOrDefault(key => key.StartsWith("payment_method_types", StringComparison.Ordinal)) is not null)
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "payment_method_types_no_longer_supported", "payment_method_types");
        var intent = new StripeIntent
        {
            Id = $"pi_{Guid.NewGuid():N}",
            Amount = long.Parse(form["amount"]!, System.Globalization.CultureInfo.InvariantCulture),
            Currency = form["currency"]!,
            Metadata = new() { ["order_id"] = form["metadata[order_id]"]! },
        };
        if (intent.Currency.Any(char.IsAsciiLetterUpper) || form["allowed_payment_method_types[0]"] != "card")
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "parameter_invalid");
        if (intent is { Currency: "eur", Amount: < 50 })
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "amount_too_small", "amount");
        if (intent.Amount > 99_999_999)
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "amount_too_large", "amount");
        if (intent.Currency == "xxx")
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", null, "currency");
        Intents.Add(intent);
        return StripeJson.Ok(StripeJson.Of(intent, false));
    }

    private Reply? Confirm(StripeIntent intent, IFormCollection form)
    {
        BeforeConfirm?.Invoke(intent);
        if (intent.Status is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
            return Unexpected(intent);
        string token = form["payment_method"]!;
        if (!token.StartsWith("pm_card_", StringComparison.Ordinal))
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "resource_missing", "payment_method", $"No such PaymentMethod: '{token}'");

        Tries++;
        intent.PaymentMethod = token;
        intent.ReturnUrl = form["return_url"];
        intent.LastPaymentError = null;
        intent.ChargeId = $"ch_{Guid.NewGuid():N}";
        intent.ChargedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        switch (token)
        {
            case "pm_card_visa_chargeDeclined": return Decline(intent, "card_declined", "generic_decline");
            case "pm_card_visa_chargeDeclinedInsufficientFunds": return Decline(intent, "card_declined", "insufficient_funds");
            case "pm_card_visa_chargeDeclinedStolenCard": return Decline(intent, "card_declined", "stolen_card");
            case "pm_card_chargeDeclinedProcessingError": return Decline(intent, "processing_error", null);
            case "pm_card_authenticationRequired": (intent.Status, intent.ChargeId) = ("requires_action", null); break;
            case "pm_card_processing": intent.Status = "processing"; break;
            case "pm_card_createDispute": Take(intent); intent.Disputed = true; break;
            default: Take(intent); break;
        }
        return null;
    }

    /// <summary>The customer has refused, or failed, to confirm it at their bank.</summary>
    public static void Refuse(StripeIntent intent) =>
        (intent.Status, intent.LastPaymentError) = ("requires_payment_method", StripeJson.CardError(intent, "payment_intent_authentication_failure", null, intent.PaymentMethod));

    /// <summary>The money moves.</summary>
    public void Take(StripeIntent intent)
    {
        intent.Status = "succeeded";
        intent.ChargeId ??= $"ch_{Guid.NewGuid():N}";
        Taken.Add(intent.Amount);
    }

    private static Reply Decline(StripeIntent intent, string code, string? declineCode)
    {
        var error = StripeJson.CardError(intent, code, declineCode, intent.PaymentMethod);
        (intent.Status, intent.PaymentMethod, intent.LastPaymentError) = ("requires_payment_method", null, error);
        return StripeJson.Error(HttpStatusCode.PaymentRequired, new Dictionary<string, object?>(error) { ["payment_intent"] = StripeJson.Of(intent, false) });
    }

    private Reply? Cancel(StripeIntent intent, IFormCollection form)
    {
        BeforeCancel?.Invoke(intent);
        if (intent.Status is "succeeded" or "canceled" or "processing")
            return Unexpected(intent);
        intent.Status = "canceled";
        intent.CancellationReason = form["cancellation_reason"];
        intent.CanceledAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return null;
    }

    private Reply Refund(IFormCollection form)
    {
        if (Intents.Find(x => x.Id == form["payment_intent"]) is not { } intent)
            return Missing("payment_intent");
        if (intent.Status != "succeeded")
            return Unexpected(intent);
        if (intent.Disputed)
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "charge_disputed");
        if (Refunds.Exists(x => x.IntentId == intent.Id && x.Status is "succeeded" or "pending"))
            return StripeJson.Error(HttpStatusCode.BadRequest, "invalid_request_error", "charge_already_refunded");
        var refund = new StripeRefund
        {
            Id = $"re_{Guid.NewGuid():N}",
            IntentId = intent.Id,
            Amount = intent.Amount,
            Metadata = new() { ["order_id"] = form["metadata[order_id]"]! },
            Status = RefundStatus,
            FailureReason = RefundStatus == "failed" ? "expired_or_canceled_card" : null,
        };
        Refunds.Add(refund);
        return StripeJson.Ok(StripeJson.Of(refund));
    }

    private static Reply Missing(string param) => StripeJson.Error(HttpStatusCode.NotFound, "invalid_request_error", "resource_missing", param);

    private static Reply Unexpected(StripeIntent intent) => StripeJson.Error(HttpStatusCode.BadRequest, new
    {
        type = "invalid_request_error",
        code = "payment_intent_unexpected_state",
        message = $"This PaymentIntent has a status of {intent.Status}.",
        payment_intent = StripeJson.Of(intent, false),
    });
}
