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

    /// <summary>In the history: some of the money was given back. Not a state of the order.</summary>
    internal const string PartlyRefunded = "partly-refunded";

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

    // $3 is what has been given back in all, so that it does not matter in which order several refunds are heard of. That the order was paid is implied, should
    // this have overtaken that event. A cancelled order stays cancelled. Goods come back only when the customer cancelled: a refund by support is about money.
    internal static readonly string RefundedSql = $"""
        WITH before AS (SELECT id, status, total, refunded, least($3, total) AS in_all FROM orders WHERE id = $1 FOR NO KEY UPDATE),
        changed AS (
            UPDATE orders o SET refunded = before.in_all,
                payment_status = CASE WHEN before.in_all = o.total THEN '{OrderPayment.Refunded}' WHEN before.status = 'pending' THEN '{OrderPayment.Paid}' ELSE o.payment_status END,
                payment_reason = CASE WHEN before.in_all = o.total THEN $2 ELSE o.payment_reason END,
                status = CASE WHEN before.status NOT IN ('pending', 'paid') THEN o.status WHEN before.in_all = o.total THEN 'refunded' ELSE 'paid' END,
                sequence = o.sequence + CASE before.status WHEN 'pending' THEN 2 WHEN 'paid' THEN 1 ELSE 0 END
            FROM before WHERE o.id = before.id AND before.in_all > before.refunded
            RETURNING o.id, o.sequence, before.status AS was, before.in_all = o.total AS complete, before.in_all - before.refunded AS amount,
                before.in_all = o.total AND before.status = 'paid' AND o.cancel_asked_at IS NOT NULL AS restock),
        {OrderTables.RestockSql}
        INSERT INTO order_history (order_id, sequence, status, at, reason, amount)
        SELECT id, sequence - 1, 'paid', now(), NULL, NULL FROM changed WHERE was = 'pending' UNION ALL
        SELECT id, sequence, CASE WHEN complete THEN 'refunded' ELSE '{PartlyRefunded}' END, now(), $2, amount FROM changed WHERE was IN ('pending', 'paid')
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
        Move(
            delivery.Work, delivery.Work.ExecuteLast(RefundedSql, message.OrderId, Bounded(message.Reason), (message.InAll ?? message.Amount).Amount), message.OrderId,
            message.IsPartial ? null : OrderStatus.Refunded);

    /// <inheritdoc />
    public Task HandleAsync(PaymentRefundRefused message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Work.ExecuteLast(message.OrderId, RefundRefusedSql, message.OrderId);
        delivery.Work.AfterCommit(() => notifications.Announce(message.OrderId));
        return Task.CompletedTask;
    }

    /// <param name="work">What the statement is a part of.</param>
    /// <param name="statement">Changes rows if it moves the order.</param>
    /// <param name="order">The order.</param>
    /// <param name="to">Where to; null: it is a change that is no state.</param>
    private Task Move(UnitOfWork work, Statement statement, Guid order, OrderStatus? to)
    {
        work.AfterCommit(() =>
        {
            if (statement.RowsAffected > 0 && to is { } reached)
                OrderTelemetry.Reached(logger, reached, order);
            notifications.Announce(order);
        });
        return Task.CompletedTask;
    }

    private static string Bounded(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];
}
