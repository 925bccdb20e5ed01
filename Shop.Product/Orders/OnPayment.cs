using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Product.Orders.Watching;

namespace Shop.Product.Orders;

/// <summary>
/// What the payment service says about an order moves it on. The guard of each statement is the state machine's (<see cref="OrderStatuses"/>): a repeated or
/// late event finds no order to move. Each affects a row of the history if, and only if, it moved the order.
/// </summary>
public sealed class OnPayment(OrderNotifications notifications, ILogger<OnPayment> logger)
    : IHandle<PaymentSucceeded>, IHandle<PaymentDeclined>, IHandle<PaymentActionRequired>, IHandle<PaymentRefunded>, IHandle<PaymentRefundRefused>
{
    // As much of another service's reason as the tables take.
    private const int LongestReason = 100;
    private const int LongestUrl = 2000;

    // An order that was cancelled meanwhile is being refunded: the payment service has heard, or will hear, of that, too.
    internal static readonly string PaidSql = $"""
        WITH changed AS (
            UPDATE orders SET status = 'paid', payment_status = '{OrderPayment.Paid}', sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Paid)}
            RETURNING id, sequence, customer_id, placed_at),
        -- What was bought leaves the cart, unless its line was set again after the order. One that is locked is being set, or removed by another order.
        bought AS (
            SELECT c.customer_id, c.product_id
            FROM changed JOIN order_items i ON i.order_id = changed.id JOIN cart_items c ON c.customer_id = changed.customer_id AND c.product_id = i.product_id
            WHERE c.updated_at <= changed.placed_at FOR UPDATE OF c SKIP LOCKED),
        emptied AS (DELETE FROM cart_items c USING bought WHERE c.customer_id = bought.customer_id AND c.product_id = bought.product_id),
        late AS (
            UPDATE orders SET payment_status = '{OrderPayment.Refunding}'
            WHERE id = $1 AND (status IN ('cancelled', 'expired')) IS TRUE AND payment_status = '{OrderPayment.Cancelled}')
        INSERT INTO order_history (order_id, sequence, status, at) SELECT id, sequence, 'paid', now() FROM changed
        """;

    internal static readonly string DeclinedSql = $"""
        WITH changed AS (
            UPDATE orders SET status = 'declined', payment_status = '{OrderPayment.Declined}', payment_reason = $2, sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Declined)}
            RETURNING id, sequence, true AS restock),
        {OrderTables.RestockSql}
        INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, 'declined', now(), $2 FROM changed
        """;

    // A late one finds a payment that has been decided.
    internal const string ActionRequiredSql = $"""
        UPDATE orders SET payment_status = '{OrderPayment.ActionRequired}', payment_action = $2
        WHERE id = $1 AND (status = 'pending') IS TRUE AND payment_status = '{OrderPayment.Pending}'
        """;

    // That the order was paid is implied, should this have overtaken that event. A cancelled order stays cancelled. Goods come back only when
    // the customer cancelled: a refund by support is about money.
    internal static readonly string RefundedSql = $"""
        WITH before AS (SELECT id, status FROM orders WHERE id = $1 FOR NO KEY UPDATE),
        changed AS (
            UPDATE orders o SET payment_status = '{OrderPayment.Refunded}', payment_reason = $2,
                status = CASE WHEN before.status IN ('pending', 'paid') THEN 'refunded' ELSE o.status END,
                sequence = o.sequence + CASE before.status WHEN 'pending' THEN 2 WHEN 'paid' THEN 1 ELSE 0 END
            FROM before WHERE o.id = before.id AND o.payment_status <> '{OrderPayment.Refunded}'
            RETURNING o.id, o.sequence, before.status AS was, before.status = 'paid' AND o.cancel_asked_at IS NOT NULL AS restock),
        {OrderTables.RestockSql}
        INSERT INTO order_history (order_id, sequence, status, at, reason)
        SELECT id, sequence - 1, 'paid', now(), NULL FROM changed WHERE was = 'pending' UNION ALL
        SELECT id, sequence, 'refunded', now(), $2 FROM changed WHERE was IN ('pending', 'paid')
        """;

    // The order stays paid, and the customer may ask again.
    internal const string RefundRefusedSql = $"""
        UPDATE orders SET payment_status = '{OrderPayment.Paid}', payment_reason = 'refund_refused', cancel_asked_at = NULL
        WHERE id = $1 AND payment_status IN ('{OrderPayment.Refunding}', '{OrderPayment.Cancelled}')
        """;

    /// <inheritdoc />
    public Task HandleAsync(PaymentSucceeded message, Delivery delivery, CancellationToken cancellationToken) =>
        Move(delivery.Work, delivery.Work.ExecuteLast(message.OrderId, PaidSql, message.OrderId), message.OrderId, OrderStatus.Paid);

    /// <inheritdoc />
    public Task HandleAsync(PaymentDeclined message, Delivery delivery, CancellationToken cancellationToken) =>
        Move(delivery.Work, delivery.Work.ExecuteLast(DeclinedSql, message.OrderId, Bounded(message.Reason)), message.OrderId, OrderStatus.Declined);

    /// <inheritdoc />
    public Task HandleAsync(PaymentActionRequired message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.Url.Length > LongestUrl || !Uri.TryCreate(message.Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            throw new PermanentException("The bank's page has no address that a browser could open.");
        delivery.Work.ExecuteLast(message.OrderId, ActionRequiredSql, message.OrderId, message.Url);
        delivery.Work.AfterCommit(() => notifications.Announce(message.OrderId));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task HandleAsync(PaymentRefunded message, Delivery delivery, CancellationToken cancellationToken) =>
        Move(delivery.Work, delivery.Work.ExecuteLast(RefundedSql, message.OrderId, Bounded(message.Reason)), message.OrderId, OrderStatus.Refunded);

    /// <inheritdoc />
    public Task HandleAsync(PaymentRefundRefused message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Work.ExecuteLast(message.OrderId, RefundRefusedSql, message.OrderId);
        delivery.Work.AfterCommit(() => notifications.Announce(message.OrderId));
        return Task.CompletedTask;
    }

    private Task Move(UnitOfWork work, Statement statement, Guid order, OrderStatus to)
    {
        work.AfterCommit(() =>
        {
            if (statement.RowsAffected > 0)
                OrderTelemetry.Reached(logger, to, order);
            notifications.Announce(order);
        });
        return Task.CompletedTask;
    }

    private static string Bounded(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];
}
