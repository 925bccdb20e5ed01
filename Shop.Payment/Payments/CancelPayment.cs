using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>
/// An order is cancelled. If it is not known yet it gets a payment that is cancelled already, which its charge will find. If it is being charged, or has been,
/// the reconciler voids or refunds it.
/// </summary>
public sealed class CancelPayment(IPaymentGateway gateway, ReconcilerSignal reconciler) : IHandle<OrderCancelled>
{
    private const int LongestReason = 100;

    private const string UnknownSql = """
        INSERT INTO payments (order_id, customer_id, amount, currency, gateway, status, reason, attempts, cancelled_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, 'cancelled', $6, 0, now(), now(), now())
        ON CONFLICT (order_id) DO NOTHING
        """;

    // Of what is charged, all is given back that has not been, and is not being, given back already.
    private const string KnownSql = """
        WITH before AS (
            SELECT order_id, status, CASE WHEN status IN ('paid', 'refunding') THEN amount - refunded - refunding ELSE 0 END AS back
            FROM payments WHERE order_id = $1 AND (status IN ('pending', 'unknown', 'paid', 'refunding')) IS TRUE AND cancelled_at IS NULL FOR NO KEY UPDATE),
        refund AS (
            INSERT INTO refunds (id, order_id, amount, status, reason, ask_at, attempts, asked_at)
            SELECT $2, order_id, back, 'asked', $3, now(), 0, now() FROM before WHERE back > 0)
        UPDATE payments p SET
            status = CASE WHEN before.back > 0 THEN 'refunding' ELSE p.status END,
            refunding = p.refunding + before.back,
            ask_at = CASE WHEN before.status IN ('pending', 'unknown') THEN now() END,
            reason = $3, action_url = NULL, cancelled_at = now(), updated_at = now()
        FROM before WHERE p.order_id = before.order_id
        """;

    /// <inheritdoc />
    public Task HandleAsync(OrderCancelled message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.OrderId == Guid.Empty || message.CustomerId == Guid.Empty)
            throw new PermanentException("The order or its customer has an empty id.");
        if (message.Total is not { IsPrice: true, Amount: > 0 })
            throw new PermanentException($"No order has the total {message.Total}.");

        var reason = message.Reason.Length <= LongestReason ? message.Reason : message.Reason[..LongestReason];
        delivery.Work.ExecuteLast(
            message.OrderId, UnknownSql, message.OrderId, message.CustomerId, message.Total.Amount, message.Total.Currency, gateway.Name, reason);
        delivery.Work.ExecuteLast(message.OrderId, KnownSql, message.OrderId, Guid.CreateVersion7(), reason);
        delivery.Work.AfterCommit(reconciler.Set);
        return Task.CompletedTask;
    }
}
