using Shop.Messaging.Contracts;

namespace Shop.Product.Orders;

/// <summary>
/// The statements that move an order on. The guard of each goes by <see cref="OrderStatuses"/>: a repeated or late event finds no order to
/// move and changes nothing. Each affects a row of the history if, and only if, it moved the order. Stock that comes back is locked last,
/// in the order of its keys, as by the placing of orders.
/// </summary>
internal static class Transitions
{
    // A statement that nothing refers to runs after the main one: after the history, so just before the commit.
    private const string StockBack = """
        back AS (
            SELECT s.product_id, i.quantity
            FROM changed JOIN order_items i ON i.order_id = changed.id JOIN product_stock s ON s.product_id = i.product_id
            WHERE changed.restock ORDER BY s.product_id FOR NO KEY UPDATE OF s),
        stock AS (UPDATE product_stock s SET available = s.available + back.quantity FROM back WHERE s.product_id = back.product_id)
        """;

    /// <summary>
    /// $1 was charged. If it was called off in the meantime the money is on its way back: the payment service has heard, or will hear, of that too.
    /// </summary>
    public static readonly string Pay = $"""
        WITH changed AS (
            UPDATE orders SET status = 'paid', payment_status = '{PaymentStatus.Paid}', sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Paid)}
            RETURNING id, sequence),
        late AS (
            UPDATE orders SET payment_status = '{PaymentStatus.Refunding}'
            WHERE id = $1 AND (status IN ('cancelled', 'expired')) IS TRUE AND payment_status = '{PaymentStatus.Cancelled}')
        INSERT INTO order_history (order_id, sequence, status, at) SELECT id, sequence, 'paid', now() FROM changed
        """;

    /// <summary>The charge of $1 was refused for the reason $2.</summary>
    public static readonly string Decline = $"""
        WITH changed AS (
            UPDATE orders SET status = 'declined', payment_status = '{PaymentStatus.Declined}', payment_reason = $2, sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Declined)}
            RETURNING id, sequence, true AS restock),
        {StockBack}
        INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, 'declined', now(), $2 FROM changed
        """;

    /// <summary>
    /// Order $1, if it still waits for its payment and is $2's (null: anybody's), gets the status $3 for the reason $4, and the payment
    /// service is told with the outbox row $5 and the trace $6, $7.
    /// </summary>
    public static readonly string CallOff = $"""
        WITH changed AS (
            UPDATE orders SET status = $3, payment_status = '{PaymentStatus.Cancelled}', sequence = sequence + 1
            WHERE id = $1 AND ($2 IS NULL OR customer_id = $2) AND {OrderStatuses.GuardFor(OrderStatus.Cancelled)}
            RETURNING id, sequence, customer_id, total, currency, true AS restock),
        event AS ({Event("$5", "$3", "$6", "$7")}),
        {StockBack}
        INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, $3, now(), $4 FROM changed
        """;

    /// <summary>
    /// The money of order $1, which is $2's and paid, is asked back with the outbox row $3 and the trace $4, $5. Asked again it affects
    /// nothing; a refund that was refused can be asked for again.
    /// </summary>
    public static readonly string AskBack = $"""
        WITH changed AS (
            UPDATE orders SET payment_status = '{PaymentStatus.Refunding}', payment_reason = NULL, cancel_asked_at = now()
            WHERE id = $1 AND customer_id = $2 AND {OrderStatuses.GuardFor(OrderStatus.Refunded)} AND payment_status = '{PaymentStatus.Paid}'
            RETURNING id, customer_id, total, currency)
        {Event("$3", $"'{OrderCancelled.Cancelled}'", "$4", "$5")}
        """;

    /// <summary>
    /// The money of order $1 was given back for the reason $2. That it was paid is implied, should this have overtaken that event. An order
    /// that was called off stays so. Goods come back only when the customer called it off: a refund by support is about money.
    /// </summary>
    public static readonly string Refund = $"""
        WITH before AS (SELECT id, status FROM orders WHERE id = $1 FOR NO KEY UPDATE),
        changed AS (
            UPDATE orders o SET payment_status = '{PaymentStatus.Refunded}', payment_reason = $2,
                status = CASE WHEN before.status IN ('pending', 'paid') THEN 'refunded' ELSE o.status END,
                sequence = o.sequence + CASE before.status WHEN 'pending' THEN 2 WHEN 'paid' THEN 1 ELSE 0 END
            FROM before WHERE o.id = before.id AND o.payment_status <> '{PaymentStatus.Refunded}'
            RETURNING o.id, o.sequence, before.status AS was, before.status = 'paid' AND o.cancel_asked_at IS NOT NULL AS restock),
        {StockBack}
        INSERT INTO order_history (order_id, sequence, status, at, reason)
        SELECT id, sequence - 1, 'paid', now(), NULL FROM changed WHERE was = 'pending' UNION ALL
        SELECT id, sequence, 'refunded', now(), $2 FROM changed WHERE was IN ('pending', 'paid')
        """;

    /// <summary>The gateway does not give the money of order $1 back.</summary>
    public const string RefuseRefund = $"""
        UPDATE orders SET payment_status = '{PaymentStatus.Paid}', payment_reason = 'refund_refused', cancel_asked_at = NULL
        WHERE id = $1 AND payment_status IN ('{PaymentStatus.Refunding}', '{PaymentStatus.Cancelled}')
        """;

    // An OrderCancelled with the values of the database, as JSON; a test reads it back through the contract.
    private static string Event(string id, string reason, string traceParent, string traceState) => $"""
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state)
        SELECT {id}, '{OrderCancelled.Name}', json_build_object(
            'orderId', id, 'customerId', customer_id, 'total', json_build_object('amount', total, 'currency', currency),
            'reason', {reason}, 'at', now()), {traceParent}, {traceState}
        FROM changed
        """;
}
