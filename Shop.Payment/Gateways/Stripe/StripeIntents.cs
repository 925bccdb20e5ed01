using System.Buffers.Binary;
using Stripe;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>An order's one PaymentIntent: made, found again, confirmed or cancelled; always as it stands now.</summary>
/// <param name="client">To Stripe.</param>
/// <param name="stripe">Tells answers from failures.</param>
/// <param name="returnTo">The store, where a bank sends its customer back to; null: nowhere, and no bank can ask.</param>
internal sealed class StripeIntents(IStripeClient client, StripeCalls stripe, Uri? returnTo)
{
    private const string UnexpectedState = "payment_intent_unexpected_state";

    /// <summary>How long Stripe surely knows the keys of an order, less some hours for clocks that differ.</summary>
    private static readonly TimeSpan KeysAreKept = TimeSpan.FromHours(20);

    private readonly PaymentIntentService _intents = new(client);

    /// <summary>The order's intent, made if need be, without a card; or why there can be none.</summary>
    public async Task<(PaymentIntent? Intent, Declined? Refusal)> OpenAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var orderId = request.OrderId;
        if (StripeAmount.Of(request.Amount) is not { } amount)
            return (null, new Declined("amount_not_supported", DateTimeOffset.UtcNow));
        if (MayBeForgotten(orderId) && await FindAsync(orderId, cancellationToken) is { } found)
        {
            var intent = await RetrieveAsync(found, orderId, cancellationToken);
            return intent.Amount == amount && string.Equals(intent.Currency, request.Amount.Currency, StringComparison.OrdinalIgnoreCase)
                ? (intent, null)
                : throw stripe.Unexpected(orderId, "an intent of another amount");
        }

        var options = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = request.Amount.Currency.ToLowerInvariant(),
            AllowedPaymentMethodTypes = ["card"],
            Metadata = StripeCalls.Metadata(orderId),
        };
        var (created, refusal) = await stripe.AskAsync(
            () => _intents.CreateAsync(options, StripeCalls.Key(orderId, "intent"), cancellationToken), cancellationToken);
        return (created, refusal?.Code) switch
        {
            ({ } intent, _) => (StripeCalls.IsReplay(intent) ? await RetrieveAsync(intent.Id, orderId, cancellationToken) : intent, null),
            (_, "amount_too_small" or "amount_too_large") => (null, new Declined(refusal.Code, DateTimeOffset.UtcNow)),
            _ => throw stripe.Unexpected(orderId, refusal!),
        };
    }

    /// <summary>Charges the card, unless that was tried before.</summary>
    /// <returns>The intent after it, and Stripe's refusal; null: it did not refuse.</returns>
    public async Task<(PaymentIntent Intent, StripeError? Refusal)> ConfirmAsync(
        string intentId, ChargeRequest request, CancellationToken cancellationToken)
    {
        // The key matters: without it two calls at once could try the card twice, and be told different things.
        var options = new PaymentIntentConfirmOptions
        {
            PaymentMethod = request.Token,
            ReturnUrl = returnTo is null ? null : new Uri(returnTo, $"orders/{request.OrderId}").AbsoluteUri,
            Expand = ["latest_charge"],
        };
        var (confirmed, refusal) = await stripe.AskAsync(
            () => _intents.ConfirmAsync(intentId, options, StripeCalls.Key(request.OrderId, "confirm"), cancellationToken), cancellationToken);
        // A refusal, or an answer given before, says what was; the intent says what is.
        var intent = confirmed is null || StripeCalls.IsReplay(confirmed)
            ? await RetrieveAsync(intentId, request.OrderId, cancellationToken)
            : confirmed;
        return (intent, refusal);
    }

    /// <summary>Cancels it if that is still possible; returns it as it then is.</summary>
    public async Task<PaymentIntent> CancelAsync(string intentId, string reason, Guid orderId, CancellationToken cancellationToken)
    {
        // Without a key of ours: cancelling twice does no harm, while an answer kept for a day would: "not now, it is being processed".
        var options = new PaymentIntentCancelOptions { CancellationReason = reason };
        var (cancelled, refusal) = await stripe.AskAsync(
            () => _intents.CancelAsync(intentId, options, cancellationToken: cancellationToken), cancellationToken);
        if (refusal is not null and not { Code: UnexpectedState })
            throw stripe.Unexpected(orderId, refusal);
        return cancelled ?? await RetrieveAsync(intentId, orderId, cancellationToken);
    }

    private async Task<PaymentIntent> RetrieveAsync(string intentId, Guid orderId, CancellationToken cancellationToken)
    {
        var options = new PaymentIntentGetOptions { Expand = ["latest_charge"] };
        var (intent, refusal) = await stripe.AskAsync(
            () => _intents.GetAsync(intentId, options, cancellationToken: cancellationToken), cancellationToken);
        return intent ?? throw stripe.Unexpected(orderId, refusal!);
    }

    private async Task<string?> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var options = new PaymentIntentSearchOptions { Query = $"metadata['{StripeCalls.OrderIdKey}']:'{orderId}'" };
        var (found, refusal) = await stripe.AskAsync(
            () => _intents.SearchAsync(options, cancellationToken: cancellationToken), cancellationToken);
        // There is one at most, unless somebody has made another by hand; money that has moved counts most.
        return found is not null
            ? found.Data.OrderByDescending(x => x.Status == "succeeded").ThenBy(x => x.Created).FirstOrDefault()?.Id
            : throw stripe.Unexpected(orderId, refusal!);
    }

    private static bool MayBeForgotten(Guid orderId)
    {
        if (orderId.Version != 7)
            return true;
        // A UUIDv7 starts with the milliseconds since 1970, in 48 bits.
        var placed = BinaryPrimitives.ReadInt64BigEndian(orderId.ToByteArray(bigEndian: true)) >>> 16;
        return placed < (DateTimeOffset.UtcNow - KeysAreKept).ToUnixTimeMilliseconds();
    }
}
