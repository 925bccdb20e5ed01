using System.Net;
using System.Text.Json;
using Shop.Messaging.Consuming;
using Shop.ServiceDefaults.Errors;
using Stripe;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>
/// Tells Stripe's answers from failures to reach Stripe. Only type, code and request id of an error are passed on: its message may quote the token, and an
/// unreadable answer may hold anything.
/// </summary>
internal sealed class StripeCalls(ILogger logger)
{
    /// <summary>The name in the metadata of what we make at Stripe; its webhooks bring it back.</summary>
    public const string OrderIdKey = "order_id";

    /// <summary>The idempotency key of a step of an order, or of a refund.</summary>
    public static RequestOptions Key(Guid id, string step) => new() { IdempotencyKey = $"shop-{id}-{step}" };

    /// <summary>The order's id, for what is made at Stripe.</summary>
    public static Dictionary<string, string> Metadata(Guid orderId) => new() { [OrderIdKey] = orderId.ToString() };

    /// <summary>Whether it is an answer given before, which may be out of date.</summary>
    public static bool IsReplay(StripeEntity answer) =>
        answer.StripeResponse.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true");

    /// <summary>Makes a call.</summary>
    /// <returns>What was asked for, or the error by which Stripe refuses it: a card that is not good, a request that is not.</returns>
    /// <exception cref="UnavailableException">Stripe did not answer, could not just now, or refused our key.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<(T? Answer, StripeError? Refusal)> AskAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await call(), null);
        }
        catch (StripeException failure) when (IsRefusal(failure))
        {
            return (null, failure.StripeError);
        }
        catch (StripeException failure)
        {
            throw Transient(failure);
        }
        catch (HttpRequestException failure)
        {
            throw new UnavailableException($"Stripe cannot be reached: {failure.HttpRequestError}.", failure);
        }
        // The client's own timeout; or something in between has answered that speaks no JSON, or JSON of another shape.
        catch (Exception failure) when (
            failure is IOException or JsonException or InvalidOperationException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UnavailableException($"Stripe's answer did not come through: {failure.GetType().Name}.");
        }
    }

    /// <summary>For an unexpected answer. Nothing is concluded from it: the order is asked about again, and an error is logged.</summary>
    public UnavailableException Unexpected(Guid orderId, string what)
    {
        logger.LogError("Stripe's answer about order {OrderId} is not one that we know what to do with: {Answer}", orderId, what);
        return new UnavailableException($"Stripe answered {what}.");
    }

    /// <summary>Likewise for a refusal.</summary>
    public UnavailableException Unexpected(Guid orderId, StripeError refusal) =>
        Unexpected(orderId, $"{refusal.Type} {refusal.Code} {refusal.Param} (request {refusal.StripeResponse?.RequestId})");

    private static bool IsRefusal(StripeException failure) =>
        failure.HttpStatusCode is HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound
        && failure.StripeError is { Type: "card_error" or "invalid_request_error" };

    private UnavailableException Transient(StripeException failure)
    {
        var status = (int)failure.HttpStatusCode;
        var (type, code, request) = (failure.StripeError?.Type, failure.StripeError?.Code, failure.StripeResponse?.RequestId);
        if (status is 401 or 403)
            logger.LogCritical(
                "Stripe does not let us in: no money moves until Payment:Stripe:ApiKey is put right ({Status} {Type} {Code}, request {RequestId})",
                status, type, code, request);
        else if (status is not (409 or 429 or >= 500))
            logger.LogError("Stripe cannot make sense of a call of ours ({Status} {Type} {Code}, request {RequestId})", status, type, code, request);
        return new UnavailableException($"Stripe answered {status} {type} {code} (request {request}).");
    }
}
