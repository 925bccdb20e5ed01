using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>An order has been charged.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What was charged.</param>
/// <param name="Gateway">The gateway that charged it.</param>
/// <param name="Reference">The gateway's own name for the charge.</param>
/// <param name="At">When the gateway said so, UTC.</param>
public sealed record PaymentSucceeded(Guid OrderId, Money Amount, string Gateway, string Reference, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "payment.succeeded.v1";
}
