using Shop.Messaging;
using Shop.Messaging.Contracts;

namespace Shop.Product.Orders;

/// <summary>
/// The payment came through: the order is paid, if it still waits for that. A repeated or late event finds no order to move and
/// changes nothing.
/// </summary>
public sealed class PaymentSucceededHandler : IHandle<PaymentSucceeded>
{
    private static readonly string Sql = $"""
        WITH changed AS (
            UPDATE orders SET status = 'paid', payment_status = '{PaymentStatus.Paid}', sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Paid)}
            RETURNING id, sequence, status)
        INSERT INTO order_history (order_id, sequence, status, at) SELECT id, sequence, status, now() FROM changed
        """;

    /// <inheritdoc />
    public Task HandleAsync(PaymentSucceeded message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Add(Sql, message.OrderId);
        return Task.CompletedTask;
    }
}

/// <summary>The payment was refused: the order is declined and its stock is back, if it still waited.</summary>
public sealed class PaymentDeclinedHandler : IHandle<PaymentDeclined>
{
    private const int MaxReason = 100;

    // The rows of the stock are locked in the order of their keys, as by orders.
    private static readonly string Sql = $"""
        WITH changed AS (
            UPDATE orders SET status = 'declined', payment_status = '{PaymentStatus.Declined}', payment_reason = $2, sequence = sequence + 1
            WHERE id = $1 AND {OrderStatuses.GuardFor(OrderStatus.Declined)}
            RETURNING id, sequence, status),
        entry AS (
            INSERT INTO order_history (order_id, sequence, status, at, reason) SELECT id, sequence, status, now(), $2 FROM changed),
        back AS (
            SELECT s.product_id, i.quantity
            FROM changed JOIN order_items i ON i.order_id = changed.id JOIN product_stock s ON s.product_id = i.product_id
            ORDER BY s.product_id FOR NO KEY UPDATE OF s)
        UPDATE product_stock s SET available = s.available + back.quantity FROM back WHERE s.product_id = back.product_id
        """;

    /// <inheritdoc />
    public Task HandleAsync(PaymentDeclined message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Add(Sql, message.OrderId, message.Reason.Length <= MaxReason ? message.Reason : message.Reason[..MaxReason]);
        return Task.CompletedTask;
    }
}
