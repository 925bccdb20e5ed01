using System.Buffers.Binary;
using Shop.Messaging;
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
/// asked for again after that long finds the money given back already; one that had failed is tried anew.
/// </para>
/// <para>
/// An error that Stripe made itself (500) is kept with the key too and answered for as long: on creating, the order stays
/// unknown so long; on confirming, until its expiry voids it. Nothing is charged meanwhile.
/// </para>
/// </remarks>
public sealed class StripeGateway(IStripeClient client, ILogger<StripeGateway> logger) : IPaymentGateway
{
    /// <summary>The name in the metadata of what we make at Stripe; its webhooks bring it back.</summary>
    internal const string OrderIdKey = "order_id";

    /// <summary>How long Stripe surely knows the keys of an order, less some hours for clocks that differ.</summary>
    private static readonly TimeSpan KeysAreKept = TimeSpan.FromHours(20);

    // An intent that is given up is cancelled with one of these reasons, and says by it ever after why.
    private const string NobodyToAuthenticate = "abandoned";
    private const string CalledOff = "requested_by_customer";

    private readonly PaymentIntentService _intents = new(client);
    private readonly RefundService _refunds = new(client);
    private readonly StripeCalls _stripe = new(logger);

    /// <inheritdoc />
    public string Name => "stripe";

    /// <inheritdoc />
    public async Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var (intent, refusal) = await OpenAsync(request, cancellationToken);
        if (intent is null)
            return refusal!;
        if (Decided(intent, request.OrderId) is { } decided)
            return decided;
        if (intent.Status != "requires_action")
        {
            var (confirmed, error) = await ConfirmAsync(intent, request, cancellationToken);
            if (error is { Type: "invalid_request_error", Param: "payment_method" })
                return new Declined("invalid_token", DateTimeOffset.UtcNow);
            if (error is not null and not { Type: "card_error" } and not { Code: "payment_intent_unexpected_state" })
                throw _stripe.Unexpected(request.OrderId, error);
            // A refusal, or an answer given before, says what was; the intent says what is.
            intent = confirmed is null || IsReplay(confirmed) ? await RetrieveAsync(intent.Id, request.OrderId, cancellationToken) : confirmed;
            if ((Decided(intent, request.OrderId) ?? Declined(error, intent)) is { } answer)
                return answer;
        }
        // 3-D Secure, and the customer is not here to answer the bank's question.
        return intent.Status == "requires_action"
            ? await CancelAsync(intent.Id, NobodyToAuthenticate, request.OrderId, cancellationToken)
            : throw _stripe.Unexpected(request.OrderId, $"an intent that {intent.Status} after its confirmation");
    }

    /// <inheritdoc />
    public async Task<ChargeAnswer> VoidAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var (intent, refusal) = await OpenAsync(request, cancellationToken);
        if (intent is null)
            return refusal!;
        return Decided(intent, request.OrderId) ?? await CancelAsync(intent.Id, CalledOff, request.OrderId, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        // No amount: all that has not been given back already, by hand perhaps.
        var options = new RefundCreateOptions { PaymentIntent = request.Reference, Metadata = Metadata(request.OrderId) };
        var (refund, refusal) = await _stripe.AskAsync(
            () => _refunds.CreateAsync(options, Key(request.OrderId, "refund"), cancellationToken), cancellationToken);
        if (refund is { Id: var id } && IsReplay(refund))
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

    /// <summary>The order's one intent as it stands now, made if need be; or why there can be none.</summary>
    private async Task<(PaymentIntent? Intent, Declined? Refusal)> OpenAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var orderId = request.OrderId;
        if (StripeAmount.Of(request.Amount) is not { } amount)
            return (null, new Declined("amount_not_supported", DateTimeOffset.UtcNow));
        if (MayBeForgotten(orderId) && await FindAsync(orderId, cancellationToken) is { } found)
        {
            var intent = await RetrieveAsync(found, orderId, cancellationToken);
            return intent.Amount == amount && string.Equals(intent.Currency, request.Amount.Currency, StringComparison.OrdinalIgnoreCase)
                ? (intent, null)
                : throw _stripe.Unexpected(orderId, "an intent of another amount");
        }

        var options = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = request.Amount.Currency.ToLowerInvariant(),
            AllowedPaymentMethodTypes = ["card"],
            Metadata = Metadata(orderId),
        };
        var (created, refusal) = await _stripe.AskAsync(
            () => _intents.CreateAsync(options, Key(orderId, "intent"), cancellationToken), cancellationToken);
        return (created, refusal?.Code) switch
        {
            ({ } intent, _) => (IsReplay(intent) ? await RetrieveAsync(intent.Id, orderId, cancellationToken) : intent, null),
            (_, "amount_too_small" or "amount_too_large") => (null, new Declined(refusal.Code, DateTimeOffset.UtcNow)),
            _ => throw _stripe.Unexpected(orderId, refusal!),
        };
    }

    private async Task<string?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var options = new PaymentIntentSearchOptions { Query = $"metadata['{OrderIdKey}']:'{orderId}'" };
        var (found, refusal) = await _stripe.AskAsync(
            () => _intents.SearchAsync(options, cancellationToken: cancellationToken), cancellationToken);
        // There is one, unless somebody has made another by hand; money that has moved counts most.
        return found is not null
            ? found.Data.OrderByDescending(x => x.Status == "succeeded").ThenBy(x => x.Created).FirstOrDefault()?.Id
            : throw _stripe.Unexpected(orderId, refusal!);
    }

    private Task<(PaymentIntent? Answer, StripeError? Refusal)> ConfirmAsync(
        PaymentIntent intent, ChargeRequest request, CancellationToken cancellationToken)
    {
        // The key matters: after a refusal Stripe would try the card again.
        var options = new PaymentIntentConfirmOptions { PaymentMethod = request.Token, Expand = ["latest_charge"] };
        return _stripe.AskAsync(
            () => _intents.ConfirmAsync(intent.Id, options, Key(request.OrderId, "confirm"), cancellationToken), cancellationToken);
    }

    private async Task<ChargeAnswer> CancelAsync(string intentId, string reason, Guid orderId, CancellationToken cancellationToken)
    {
        // Without a key of ours: cancelling twice does no harm, while an answer kept for a day would: "not now, it is being processed".
        var (cancelled, refusal) = await _stripe.AskAsync(
            () => _intents.CancelAsync(intentId, new() { CancellationReason = reason }, cancellationToken: cancellationToken), cancellationToken);
        if (refusal is not null and not { Code: "payment_intent_unexpected_state" })
            throw _stripe.Unexpected(orderId, refusal);
        var intent = cancelled ?? await RetrieveAsync(intentId, orderId, cancellationToken);
        return Decided(intent, orderId) ?? throw _stripe.Unexpected(orderId, $"an intent that {intent.Status} and cannot be cancelled");
    }

    private async Task<PaymentIntent> RetrieveAsync(string intentId, Guid orderId, CancellationToken cancellationToken)
    {
        var (intent, refusal) = await _stripe.AskAsync(
            () => _intents.GetAsync(intentId, new() { Expand = ["latest_charge"] }, cancellationToken: cancellationToken), cancellationToken);
        return intent ?? throw _stripe.Unexpected(orderId, refusal!);
    }

    /// <summary>What the intent says for good; null while it can still go either way.</summary>
    private ChargeAnswer? Decided(PaymentIntent intent, Guid orderId) => intent.Status switch
    {
        "succeeded" => new Charged(intent.Id, Utc(intent.LatestCharge?.Created ?? intent.Created)),
        "canceled" => new Declined(
            intent.CancellationReason == NobodyToAuthenticate ? "authentication_required" : Gateways.Declined.Voided,
            Utc(intent.CanceledAt ?? intent.Created)),
        "requires_payment_method" => Declined(intent.LastPaymentError, intent),
        "requires_confirmation" or "requires_action" => null,
        "processing" => throw new TransientException("Stripe is still processing the payment."),
        var status => throw _stripe.Unexpected(orderId, $"an intent that {status}"),
    };

    private RefundAnswer Refused(StripeError refusal, Guid orderId) => refusal.Code switch
    {
        "charge_already_refunded" => new Refunded(DateTimeOffset.UtcNow),
        // The charge is ours: if it is not there the key is another account's. And an empty account can be filled.
        null or "resource_missing" or "balance_insufficient" or "insufficient_funds" => throw _stripe.Unexpected(orderId, refusal),
        var code => new RefundRefused(code, DateTimeOffset.UtcNow),
    };

    private static Declined? Declined(StripeError? error, PaymentIntent intent) => error is null or { Type: "invalid_request_error" }
        ? null
        : new Declined(ReasonOf(error), Utc(intent.LatestCharge?.Created ?? intent.Created));

    private static string ReasonOf(StripeError error) => (error.DeclineCode ?? error.Code) switch
    {
        null => "card_declined",
        // The customer, who may be a thief, sees the reason; Stripe asks not to tell these.
        "fraudulent" or "lost_card" or "merchant_blacklist" or "stolen_card" => "generic_decline",
        var code => code,
    };

    private static bool MayBeForgotten(Guid orderId)
    {
        if (orderId.Version != 7)
            return true;
        // A UUIDv7 starts with the milliseconds since 1970, in 48 bits.
        var placed = BinaryPrimitives.ReadInt64BigEndian(orderId.ToByteArray(bigEndian: true)) >>> 16;
        return placed < (DateTimeOffset.UtcNow - KeysAreKept).ToUnixTimeMilliseconds();
    }

    private static bool IsReplay(StripeEntity answer) =>
        answer.StripeResponse.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true");

    private static RequestOptions Key(Guid orderId, string step) => new() { IdempotencyKey = $"shop-{orderId}-{step}" };

    private static Dictionary<string, string> Metadata(Guid orderId) => new() { [OrderIdKey] = orderId.ToString() };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
