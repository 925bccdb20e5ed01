using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;

namespace Shop.Product.Orders;

/// <summary>The payment came through: the order is paid, if it still waits for that.</summary>
public sealed class PaymentSucceededHandler(OrderChanges changes) : IHandle<PaymentSucceeded>
{
    /// <inheritdoc />
    public Task HandleAsync(PaymentSucceeded message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Move(changes, message.OrderId, OrderStatus.Paid, Transitions.Pay);
        return Task.CompletedTask;
    }
}

/// <summary>The payment was refused: the order is declined and its stock is back, if it still waited.</summary>
public sealed class PaymentDeclinedHandler(OrderChanges changes) : IHandle<PaymentDeclined>
{
    /// <inheritdoc />
    public Task HandleAsync(PaymentDeclined message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.OwnTransaction = true;
        delivery.Move(changes, message.OrderId, OrderStatus.Declined, Transitions.Decline, Reason.Bounded(message.Reason));
        return Task.CompletedTask;
    }
}

/// <summary>The money was given back: the order is refunded; one that was called off stays so.</summary>
public sealed class PaymentRefundedHandler(OrderChanges changes) : IHandle<PaymentRefunded>
{
    /// <inheritdoc />
    public Task HandleAsync(PaymentRefunded message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.OwnTransaction = true;
        delivery.Move(changes, message.OrderId, OrderStatus.Refunded, Transitions.Refund, Reason.Bounded(message.Reason));
        return Task.CompletedTask;
    }
}

/// <summary>The money is not given back: the order stays paid, and the customer may ask again.</summary>
public sealed class PaymentRefundRefusedHandler(OrderChanges changes) : IHandle<PaymentRefundRefused>
{
    /// <inheritdoc />
    public Task HandleAsync(PaymentRefundRefused message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.Add(Transitions.RefuseRefund, message.OrderId);
        delivery.AfterCommit(() => changes.Announce(message.OrderId));
        return Task.CompletedTask;
    }
}

internal static class Reason
{
    private const int Longest = 100;

    /// <summary>As much of another service's reason as the tables take.</summary>
    public static string Bounded(string reason) => reason.Length <= Longest ? reason : reason[..Longest];
}

internal static class DeliveryExtensions
{
    /// <summary>Moves the order, if it may, when the delivery commits; then counts and announces it.</summary>
    public static void Move(
        this Delivery delivery, OrderChanges changes, Guid order, OrderStatus to, string transition, params ReadOnlySpan<object?> parameters)
    {
        var command = delivery.Add(transition, [order, .. parameters]);
        delivery.AfterCommit(() =>
        {
            if (delivery.Affected(command) > 0)
                changes.Reached(to, order);
            changes.Announce(order);
        });
    }
}
