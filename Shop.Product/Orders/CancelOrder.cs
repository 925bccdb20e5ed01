using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
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
    internal static readonly string CancelSql = $"""
        WITH changed AS (
            UPDATE orders SET status = $3, payment_status = '{OrderPayment.Cancelled}', sequence = sequence + 1
            WHERE id = $1 AND ($2 IS NULL OR customer_id = $2) AND {OrderStatuses.GuardFor(OrderStatus.Cancelled)}
            RETURNING id, sequence, customer_id, total, currency, true AS restock),
        event AS ({EventSql(first: 5, reason: "$3")}),
        {OrderTables.RestockSql}
        INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, $3, now(), $4 FROM changed
        """;

    /// <summary>
    /// A refund of order $1, which is $2's (null: anybody's), paid and not shipped, is asked for. Asked again it changes nothing; a refund that was refused can be asked for again.
    /// </summary>
    private static readonly string AskForRefundSql = $"""
        WITH changed AS (
            UPDATE orders SET payment_status = '{OrderPayment.Refunding}', payment_reason = NULL, cancel_asked_at = now()
            WHERE id = $1 AND ($2 IS NULL OR customer_id = $2) AND {OrderStatuses.GuardFor(OrderStatus.Refunded)} AND payment_status = '{OrderPayment.Paid}' AND shipped_at IS NULL
            RETURNING id, customer_id, total, currency)
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
        Guid id, HttpContext http, LiveAccess access, CancelOrder orders, AuditLog audit, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var outcome = await orders.CancelAsync(id, http.User.Id(), "customer", cancellationToken);
        if (outcome is null && await access.PermitsAsync(http, Permissions.OrdersWrite))
        {
            outcome = await orders.CancelAsync(id, null, "support", cancellationToken);
            if (outcome is Outcome.Cancelled or Outcome.RefundAsked)
                await audit.RecordAsync(http, new AuditEvent("order.cancel", AuditEvent.Ok, id.ToString()));
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
        CancelAsync(order, null, OrderStatus.Expired, "no_payment_in_time", cancellationToken);

    /// <summary>Null when the customer has no such order; where that is null, when there is none.</summary>
    private async Task<Outcome?> CancelAsync(Guid order, Guid? customer, string reason, CancellationToken cancellationToken)
    {
        if (await CancelAsync(order, customer, OrderStatus.Cancelled, reason, cancellationToken))
            return Outcome.Cancelled;
        if (await CommitAsync(order, AskForRefundSql, cancellationToken, order, customer, Event.FromDatabase()))
            return Outcome.RefundAsked;
        return await OrderQueries.GetAsync(database, order, customer, cancellationToken) switch
        {
            null => null,
            { Status: "paid", Payment.Status: OrderPayment.Refunding } => Outcome.RefundAsked,
            _ => Outcome.TooLate,
        };
    }

    private async Task<bool> CancelAsync(Guid order, Guid? customer, OrderStatus to, string reason, CancellationToken cancellationToken)
    {
        if (!await CommitAsync(order, CancelSql, cancellationToken, order, customer, to.Name(), reason, Event.FromDatabase()))
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
