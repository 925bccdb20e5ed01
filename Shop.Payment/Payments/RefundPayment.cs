using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;
using Shop.ServiceDefaults.Text;

namespace Shop.Payment.Payments;

/// <summary>
/// <c>POST /payments/{orderId}/refund</c>: support gives money back, all that is left or a part, as often as it likes and never more than was paid. The reconciler
/// calls the gateway.
/// </summary>
public static class RefundPayment
{
    // $2 null: all that is left. The payment's row is locked, so that what is left is left.
    private static readonly string AskSql = $"""
        WITH payment AS (
            SELECT order_id, coalesce($2, amount - refunded - refunding) AS back, amount - refunded - refunding AS remaining
            FROM payments WHERE order_id = $1 AND (status IN ('paid', 'refunding')) IS TRUE FOR NO KEY UPDATE),
        asked AS (
            INSERT INTO refunds (id, order_id, amount, status, reason, note, key, requested, author, ask_at, attempts, asked_at)
            SELECT $3, order_id, back, 'asked', '{PaymentRefunded.BySupport}', $4, $5, $2, $6, now(), 0, now()
            FROM payment WHERE back > 0 AND back <= remaining
            ON CONFLICT (order_id, key) DO NOTHING RETURNING order_id, amount),
        changed AS (
            UPDATE payments p SET status = 'refunding', refunding = p.refunding + asked.amount, reason = '{PaymentRefunded.BySupport}', updated_at = now()
            FROM asked WHERE p.order_id = asked.order_id)
        {OutboxSql.Insert<AuditRecorded>(first: 7, from: "asked")}
        """;

    /// <summary>With the same key again it answers the same, and no more money is given back.</summary>
    public static async Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Endpoint(
        Guid orderId, RefundPaymentRequest? request, [FromHeader(Name = IdempotencyKey.Header)] string? key, HttpContext http, PaymentDb db, Transactions transactions,
        ReconcilerSignal reconciler, AuditOutbox audit, CancellationToken cancellationToken)
    {
        request ??= new();
        if (!IdempotencyKey.IsValid(key))
            return IdempotencyKey.Invalid();
        if (await PaymentQueries.FindAsync(db, orderId, cancellationToken) is not { } before)
            return Problems.NotFound();
        if (request.Amount is { } some && (some.In(before.Amount.Currency) is var money) && (!money.IsPrice || money.Amount == 0 || money.Currency != before.Amount.Currency))
            return Problems.Validation(new Dictionary<string, string[]>
            {
                ["amount"] = [$"Must be more than 0, in {before.Amount.Currency}, with no more decimals than that has."],
            });

        var record = new AuditEvent("payment.refund", AuditEvent.Ok, orderId.ToString(), string.Join(": ", ((string?[])[request.Amount?.In(before.Amount.Currency).ToString() ?? "all", request.Reason]).OfType<string>()));
        var work = transactions.Begin();
        var asked = work.ExecuteLast(
            orderId, AskSql, orderId, request.Amount?.Value, Guid.CreateVersion7(), request.Reason, key, http.User.Id(), Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        var first = await db.Refunds.AsNoTracking().SingleOrDefaultAsync(x => x.OrderId == orderId && x.Key == key, cancellationToken);
        var payment = (await PaymentQueries.FindAsync(db, orderId, cancellationToken))!;
        if (asked.RowsAffected > 0)
        {
            audit.Recorded(http, record);
            // Only now, so that the answer says what was accepted, and as a rule not yet what has come of it.
            reconciler.Set();
        }
        return first is not null
            ? first.Requested == request.Amount?.Value && first.Note == request.Reason ? TypedResults.Accepted($"/payments/{orderId}", payment) : IdempotencyKey.Reused()
            : payment.Status is PaymentStatus.Paid or PaymentStatus.Refunding ? TooLarge(payment)
            : Problems.Of(StatusCodes.Status409Conflict, "not-paid", "Only a paid order can be refunded", $"The payment is {payment.Status.ToString().ToLowerInvariant()}.");
    }

    private static ProblemHttpResult TooLarge(PaymentView payment)
    {
        var left = payment.Amount with { Amount = payment.Amount.Amount - (payment.Refunded?.Amount ?? 0) - (payment.Refunding?.Amount ?? 0) };
        return Problems.Of(
            StatusCodes.Status409Conflict, "refund-too-large", "That is more than is left of the payment",
            left.Amount == 0 ? "All of it has been given back, or is on its way back." : $"{left} can be given back.", ("left", left));
    }
}

/// <summary>What is to be given back.</summary>
/// <param name="Amount">How much, a number or money in the payment's currency; null: all that is left.</param>
/// <param name="Reason">Why, in words for staff, at most 200 characters, normalised; null: not said.</param>
public sealed record RefundPaymentRequest(Amount? Amount = null, string? Reason = null) : IValidatableObject
{
    private const int LongestReason = 200;

    /// <summary>Why, in words; null: not said.</summary>
    public string? Reason { get; init; } = Reason is null || PlainText.Normalize(Reason) is not { Length: > 0 } normal ? null : normal;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Reason is not null && (Reason.Length > LongestReason || !PlainText.IsOneLine(Reason)))
            yield return new($"Must have at most {LongestReason} characters on one line.", ["reason"]);
        if (Reason is not null && CardNumber.IsIn(Reason))
            yield return new("Must not hold a card number.", ["reason"]);
    }
}
