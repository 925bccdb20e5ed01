using Microsoft.Extensions.Options;
using Shop.Messaging.Consuming;
using Shop.ServiceDefaults.Errors;
using Stripe;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>
/// Real money, by Stripe's PaymentIntents. An order has one intent, made without a card, so that a void can make the same one without
/// knowing any; then it is either confirmed with the card or cancelled, and Stripe lets an intent go only one of these ways. So a
/// cancelled intent is a fence that no confirmation on its way gets past.
/// </summary>
/// <remarks>
/// <para>
/// What makes the intent one is an idempotency key, and Stripe forgets keys after 24 h at the earliest. From then on creating would make
/// a second intent, and charge a second time. An order's id says when it was placed; when that is nearly so long ago the intent is first
/// looked for by the order's id in its metadata. That search lags behind, by a minute as a rule, which the day before it is used makes
/// up for. (Stripe has no search for accounts in India: there such old orders stay unsettled, with errors in the log.) A refund that is
/// asked for again after that long finds the money given back already; one that had failed is tried anew, and not before.
/// </para>
/// <para>
/// An error that Stripe made itself (500) is kept with the key too and answered for as long: on creating, the order stays
/// unknown so long; on confirming, until its expiry voids it. Nothing is charged meanwhile.
/// </para>
/// </remarks>
public sealed class StripeGateway : IPaymentGateway
{
    // An intent that is given up is cancelled with one of these reasons, and says by it ever after why.
    private const string NobodyToAuthenticate = "abandoned";
    private const string CalledOff = "requested_by_customer";

    private readonly StripeCalls _stripe;
    private readonly StripeIntents _intents;
    private readonly RefundService _refunds;

    /// <summary>A gateway to the account whose key the client has.</summary>
    public StripeGateway(IStripeClient client, IOptions<StripeOptions> options, ILogger<StripeGateway> logger)
    {
        _stripe = new(logger);
        _intents = new(client, _stripe, options.Value.ReturnTo);
        _refunds = new(client);
    }

    /// <inheritdoc />
    public string Name => "stripe";

    /// <inheritdoc />
    public async Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var (intent, refusal) = await _intents.OpenAsync(request, cancellationToken);
        if (intent is null)
            return refusal!;
        if (Decided(intent, request.OrderId) is { } before)
            return before;

        StripeError? error = null;
        if (intent.Status != "requires_action")
            (intent, error) = await _intents.ConfirmAsync(intent.Id, request, cancellationToken);
        return Decided(intent, request.OrderId) ?? (intent.Status, error) switch
        {
            // 3-D Secure: the bank asks its customer, who comes back to the store.
            ("requires_action", _) when intent.NextAction?.RedirectToUrl?.Url is { } url && Uri.TryCreate(url, UriKind.Absolute, out var page) =>
                new ActionRequired(page, DateTimeOffset.UtcNow),
            // Asked in a way that a redirect does not answer, or without a store to come back to.
            ("requires_action", _) => await CancelAsync(intent, NobodyToAuthenticate, request.OrderId, cancellationToken),
            (_, { Type: "card_error" }) => Declined(error, intent),
            (_, { Type: "invalid_request_error", Param: "payment_method" }) => new Declined("invalid_token", DateTimeOffset.UtcNow),
            (_, { }) => throw _stripe.Unexpected(request.OrderId, error),
            var (status, _) => throw _stripe.Unexpected(request.OrderId, $"an intent that {status} after its confirmation"),
        };
    }

    /// <inheritdoc />
    public async Task<ChargeAnswer> VoidAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var (intent, refusal) = await _intents.OpenAsync(request, cancellationToken);
        if (intent is null)
            return refusal!;
        return Decided(intent, request.OrderId) ?? await CancelAsync(intent, CalledOff, request.OrderId, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        // No amount where it is the whole charge: all that has not been given back already, by hand perhaps.
        var options = new RefundCreateOptions
        {
            PaymentIntent = request.Reference,
            Amount = request.IsWhole ? null : StripeAmount.Of(request.Amount),
            Metadata = StripeCalls.Metadata(request.OrderId),
        };
        if (!request.IsWhole && options.Amount is null)
            return new RefundRefused("amount_invalid", DateTimeOffset.UtcNow);
        var (refund, refusal) = await _stripe.AskAsync(
            () => _refunds.CreateAsync(options, StripeCalls.Key(request.Id, "refund"), cancellationToken), cancellationToken);
        if (refund is { Id: var id } && StripeCalls.IsReplay(refund))
            (refund, refusal) = await _stripe.AskAsync(() => _refunds.GetAsync(id, cancellationToken: cancellationToken), cancellationToken);
        if (refund is null)
            return Refused(refusal!, request.OrderId);
        return refund.Status switch
        {
            "succeeded" or "pending" => new Refunded(Utc(refund.Created)),
            "failed" or "canceled" => new RefundRefused(refund.FailureReason ?? refund.Status, Utc(refund.Created)),
            var status => throw _stripe.Unexpected(request.OrderId, $"a refund that {status}"),
        };
    }

    private async Task<ChargeAnswer> CancelAsync(PaymentIntent intent, string reason, Guid orderId, CancellationToken cancellationToken)
    {
        var now = await _intents.CancelAsync(intent.Id, reason, orderId, cancellationToken);
        return Decided(now, orderId) ?? throw _stripe.Unexpected(orderId, $"an intent that {now.Status} and cannot be cancelled");
    }

    /// <summary>What the intent says for good; null while it can still go either way.</summary>
    private ChargeAnswer? Decided(PaymentIntent intent, Guid orderId) => intent.Status switch
    {
        "succeeded" => new Charged(intent.Id, Utc(intent.LatestCharge?.Created ?? intent.Created)),
        "canceled" => new Declined(
            intent.CancellationReason == NobodyToAuthenticate ? "authentication_required" : Gateways.Declined.Voided,
            Utc(intent.CanceledAt ?? intent.Created)),
        "requires_payment_method" when intent.LastPaymentError is { } error => Declined(error, intent),
        "requires_payment_method" or "requires_confirmation" or "requires_action" => null,
        "processing" => throw new UnavailableException("Stripe is still processing the payment."),
        var status => throw _stripe.Unexpected(orderId, $"an intent that {status}"),
    };

    private static Declined Declined(StripeError error, PaymentIntent intent) =>
        new(ReasonOf(error), Utc(intent.LatestCharge?.Created ?? intent.Created));

    private static string ReasonOf(StripeError error) => (error.DeclineCode ?? error.Code) switch
    {
        null => "card_declined",
        // The customer, who may be a thief, sees the reason; Stripe asks not to tell these.
        "fraudulent" or "lost_card" or "merchant_blacklist" or "stolen_card" => "generic_decline",
        var code => code,
    };

    private RefundAnswer Refused(StripeError refusal, Guid orderId) => refusal.Code switch
    {
        "charge_already_refunded" => new Refunded(DateTimeOffset.UtcNow),
        // The charge is ours: if it is not there the key is another account's. And an empty account can be filled.
        null or "resource_missing" or "balance_insufficient" or "insufficient_funds" => throw _stripe.Unexpected(orderId, refusal),
        var code => new RefundRefused(code, DateTimeOffset.UtcNow),
    };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
