using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Product.Orders.Watching;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Orders;

/// <summary>
/// Cancels an order, for its customer, for staff, or because it has expired. A pending one is cancelled at once and its stock is back; for a paid one the payment service
/// is asked to refund it.
/// </summary>
public sealed class CancelOrder(NpgsqlDataSource database, Transactions transactions, OrderNotifications notifications, ILogger<CancelOrder> logger)
{
    /// <summary>
    /// Order $1, if it is pending and $2's (null: anybody's), gets the status $3 for the reason $4, and the payment service is told.
    /// </summary>
    internal static readonly string CancelSql = Cancel(audited: false);

    private static readonly string AuditedCancelSql = Cancel(audited: true);

    /// <summary>
    /// A refund of order $1, which is $2's (null: anybody's), paid and not shipped, is asked for. Asked again it changes nothing; a refund that was refused can be asked for again.
    /// </summary>
    private static readonly string AskForRefundSql = AskForRefund(audited: false);

    private static readonly string AuditedAskForRefundSql = AskForRefund(audited: true);

    private static string Cancel(bool audited) => $"""
        WITH changed AS (
            UPDATE orders SET status = $3, payment_status = '{OrderPayment.Cancelled}', sequence = sequence + 1
            WHERE id = $1 AND ($2 IS NULL OR customer_id = $2) AND {OrderStatuses.GuardFor(OrderStatus.Cancelled)}
            RETURNING id, sequence, customer_id, total, currency, true AS restock),
        event AS ({EventSql(first: 5, reason: "$3")}),
        {(audited ? $"audit AS ({OutboxSql.Insert<AuditRecorded>(first: 8, from: "changed")})," : "")}
        {OrderTables.RestockSql}
        INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, $3, now(), $4 FROM changed
        """;

    private static string AskForRefund(bool audited) => $"""
        WITH changed AS (
            UPDATE orders SET payment_status = '{OrderPayment.Refunding}', payment_reason = NULL, cancel_asked_at = now()
            WHERE id = $1 AND ($2 IS NULL OR customer_id = $2) AND {OrderStatuses.GuardFor(OrderStatus.Refunded)} AND payment_status = '{OrderPayment.Paid}' AND shipped_at IS NULL
            RETURNING id, customer_id, total, currency){(audited ? $", audit AS ({OutboxSql.Insert<AuditRecorded>(first: 6, from: "changed")})" : "")}
        {EventSql(first: 3, reason: $"'{OrderCancelled.Cancelled}'")}
        """;

    private enum Outcome
    {
        Cancelled,
        RefundAsked,
        TooLate,
    }

    /// <summary><c>POST /orders/{id}/cancel</c>.</summary>
    public static async Task<Results<Ok<OrderView>, Accepted<OrderView>, ForbidHttpResult, ProblemHttpResult>> Endpoint(
        Guid id, HttpContext http, LiveAccess access, CancelOrder orders, AuditOutbox audit, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var outcome = await orders.CancelAsync(id, http.User.Id(), "customer", record: null, cancellationToken);
        if (outcome is null && await access.PermitsAsync(http, Permissions.OrdersWrite))
        {
            var record = new AuditEvent("order.cancel", AuditEvent.Ok, id.ToString());
            outcome = await orders.CancelAsync(id, null, "support", AuditOutbox.Of(http, record), cancellationToken);
            if (outcome is Outcome.Cancelled or Outcome.RefundAsked)
                audit.Recorded(http, record);
        }
        // Who may only see everybody's orders may not cancel them; that there is such an order is no secret to them.
        var order = await OrderQueries.GetVisibleAsync(id, http, access, database, cancellationToken);
        return (outcome, order) switch
        {
            (_, null) => Problems.NotFound(),
            (null, _) => TypedResults.Forbid(),
            (Outcome.Cancelled, _) => TypedResults.Ok(order),
            (Outcome.RefundAsked, _) => TypedResults.Accepted($"/orders/{id}", order),
            _ => Problems.Of(StatusCodes.Status409Conflict, "too-late-to-cancel", "The order cannot be cancelled any more", $"It is {(order.Fulfilment == FulfilmentView.Unshipped ? order.Status : order.Fulfilment.Status)}."),
        };
    }

    /// <summary>Expires an order; false when it is not pending any more.</summary>
    public Task<bool> ExpireAsync(Guid order, CancellationToken cancellationToken) =>
        CancelAsync(order, null, OrderStatus.Expired, "no_payment_in_time", record: null, cancellationToken);

    /// <summary>Null when the customer has no such order; where that is null, when there is none.</summary>
    private async Task<Outcome?> CancelAsync(Guid order, Guid? customer, string reason, AuditRecorded? record, CancellationToken cancellationToken)
    {
        if (await CancelAsync(order, customer, OrderStatus.Cancelled, reason, record, cancellationToken))
            return Outcome.Cancelled;
        if (record is null
            ? await CommitAsync(order, AskForRefundSql, cancellationToken, order, customer, Event.FromDatabase())
            : await CommitAsync(order, AuditedAskForRefundSql, cancellationToken, order, customer, Event.FromDatabase(), Event.Of(record)))
            return Outcome.RefundAsked;
        return await OrderQueries.GetAsync(database, order, customer, cancellationToken) switch
        {
            null => null,
            { Status: "paid", Payment.Status: OrderPayment.Refunding } => Outcome.RefundAsked,
            _ => Outcome.TooLate,
        };
    }

    private async Task<bool> CancelAsync(Guid order, Guid? customer, OrderStatus to, string reason, AuditRecorded? record, CancellationToken cancellationToken)
    {
        if (!(record is null
            ? await CommitAsync(order, CancelSql, cancellationToken, order, customer, to.Name(), reason, Event.FromDatabase())
            : await CommitAsync(order, AuditedCancelSql, cancellationToken, order, customer, to.Name(), reason, Event.FromDatabase(), Event.Of(record))))
            return false;
        OrderTelemetry.Reached(logger, to, order);
        return true;
    }

    /// <summary>False when the statement changed nothing.</summary>
    private async Task<bool> CommitAsync(Guid order, string sql, CancellationToken cancellationToken, params SqlValue[] values)
    {
        var work = transactions.Begin();
        var change = work.ExecuteLast(sql, values);
        await work.CommitAsync(cancellationToken);
        if (change.RowsAffected == 0)
            return false;
        notifications.Announce(order);
        return true;
    }

    private static string EventSql(int first, string reason) => OutboxSql.Insert<OrderCancelled>(
        first, from: "changed",
        (nameof(OrderCancelled.OrderId), "id"),
        (nameof(OrderCancelled.CustomerId), "customer_id"),
        (nameof(OrderCancelled.Total), OutboxSql.Money("total", "currency")),
        (nameof(OrderCancelled.Reason), reason),
        (nameof(OrderCancelled.At), "now()"));
}
