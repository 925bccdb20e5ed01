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

    private const string Sql = """
        INSERT INTO payments (order_id, customer_id, amount, currency, gateway, status, reason, attempts, cancelled_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, 'cancelled', $6, 0, now(), now(), now())
        ON CONFLICT (order_id) DO UPDATE SET
            status = CASE payments.status WHEN 'paid' THEN 'refunding' ELSE payments.status END,
            reason = excluded.reason, action_url = NULL, cancelled_at = now(), ask_at = now(), updated_at = now()
        WHERE payments.status IN ('pending', 'unknown', 'paid') AND payments.cancelled_at IS NULL
        """;

    /// <inheritdoc />
    public Task HandleAsync(OrderCancelled message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.OrderId == Guid.Empty || message.CustomerId == Guid.Empty)
            throw new PermanentException("The order or its customer has an empty id.");
        if (message.Total is not { IsPrice: true, Amount: > 0 })
            throw new PermanentException($"No order has the total {message.Total}.");

        var reason = message.Reason.Length <= LongestReason ? message.Reason : message.Reason[..LongestReason];
        delivery.Work.ExecuteLast(message.OrderId, Sql, message.OrderId, message.CustomerId, message.Total.Amount, message.Total.Currency, gateway.Name, reason);
        delivery.Work.AfterCommit(reconciler.Set);
        return Task.CompletedTask;
    }
}
