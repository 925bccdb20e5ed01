using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Payment.Gateways;
using Shop.Payment.Gateways.Stripe;
using Shop.ServiceDefaults.Errors;
using Stripe;

namespace Shop.Payment.Payments;

/// <summary>
/// Stripe reports that something happened to a payment. The content is not trusted; the reconciler asks Stripe at once instead of later. So an event that comes
/// late, twice or out of order changes nothing.
/// </summary>
internal static class StripeWebhook
{
    /// <summary>In bytes; Stripe's events have some thousands.</summary>
    private const int MaxBody = 256 * 1024;

    /// <summary>How old a signed event may be, in seconds: a copy of one is of no use later.</summary>
    private const long Tolerance = 300;

    /// <summary>Maps <c>/webhooks/stripe</c>.</summary>
    public static void MapStripeWebhook(this IEndpointRouteBuilder app) => app.MapPost("/webhooks/stripe", ReceiveAsync)
        .WithName("ReceiveStripeEvent").WithTags("Webhooks")
        .WithSummary("For Stripe: an event has happened")
        // Stripe has no token of ours: its signature says that it is Stripe.
        .AllowAnonymous()
        .WithMetadata(new RequestSizeLimitAttribute(MaxBody))
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Ok, ProblemHttpResult>> ReceiveAsync(
        HttpRequest request,
        [FromHeader(Name = "Stripe-Signature")] string? signature,
        IOptions<StripeOptions> options,
        NpgsqlDataSource database,
        ReconcilerSignal reconciler,
        ILogger<StripeGateway> logger,
        CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        if (Read(await reader.ReadToEndAsync(cancellationToken), signature, options.Value.WebhookSecret) is not { } received)
            return Problems.Of(StatusCodes.Status400BadRequest, "bad-signature", "The event is not one that Stripe has signed just now");
        if (OrderOf(received) is not { } orderId)
            return TypedResults.Ok();

        // Stripe had answered pending, which counts as refunded here, so nothing asks about this refund any more.
        if (received.Data.Object is Refund { Status: "failed" } refund)
            logger.LogError("The refund of order {OrderId} failed at Stripe in the end: {Reason}. Staff has to act",
                orderId, refund.FailureReason);
        await reconciler.AskNowAsync(database, orderId, cancellationToken);
        return TypedResults.Ok();
    }

    /// <summary>The event; null when it is not one, not signed with the secret, or signed too long ago.</summary>
    private static Event? Read(string body, string? signature, string secret)
    {
        if (string.IsNullOrEmpty(signature))
            return null;
        try
        {
            EventUtility.ValidateSignature(body, signature, secret, Tolerance);
            // The account's version of the API may be another than the package's; what is read here is in all.
            return EventUtility.ParseEvent(body, throwOnApiVersionMismatch: false);
        }
        // All but the first only for what is signed, and not of the shape that the package expects.
        catch (Exception exception) when (exception is StripeException
            or JsonException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static Guid? OrderOf(Event received) =>
        IsAboutPayments(received.Type)
        && received.Data?.Object is IHasMetadata { Metadata: { } metadata }
        && metadata.TryGetValue(StripeCalls.OrderIdKey, out var text)
        && Guid.TryParse(text, out var orderId)
            ? orderId
            : null;

    private static bool IsAboutPayments(string? type) =>
        type is not null && (type.StartsWith("payment_intent.", StringComparison.Ordinal)
            || type.StartsWith("charge.refund", StringComparison.Ordinal)
            || type.StartsWith("refund.", StringComparison.Ordinal));
}
