using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Payment.Payments;

/// <summary><c>POST /payments/{orderId}/refund</c>: support gives the whole amount back. The reconciler calls the gateway.</summary>
public static class RefundPayment
{
    private static readonly string AskSql = $"""
        WITH asked AS (
            UPDATE payments SET status = 'refunding', reason = '{PaymentRefunded.BySupport}', ask_at = now(), updated_at = now()
            WHERE order_id = $1 AND status = 'paid' RETURNING 1)
        {OutboxSql.Insert<AuditRecorded>(first: 2, from: "asked")}
        """;

    /// <summary>Asked again while the refund is under way it answers the same, and there is no second refund.</summary>
    public static async Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Endpoint(
        Guid orderId, HttpContext http, PaymentDb db, Transactions transactions, ReconcilerSignal reconciler, AuditOutbox audit,
        CancellationToken cancellationToken)
    {
        var record = new AuditEvent("payment.refund", AuditEvent.Ok, orderId.ToString());
        var work = transactions.Begin();
        var asked = work.ExecuteLast(orderId, AskSql, orderId, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (asked.RowsAffected > 0)
        {
            audit.Recorded(http, record);
            reconciler.Set();
        }

        if (await db.Payments.AsNoTracking().Where(x => x.OrderId == orderId).Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken) is not { } view)
            return Problems.NotFound();
        return asked.RowsAffected > 0 || view.Status == PaymentStatus.Refunding
            ? TypedResults.Accepted($"/payments/{orderId}", view)
            : Problems.Of(StatusCodes.Status409Conflict, "not-paid", "Only a paid order can be refunded",
                $"The payment is {view.Status.ToString().ToLowerInvariant()}.");
    }
}
