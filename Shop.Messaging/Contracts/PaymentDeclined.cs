namespace Shop.Messaging.Contracts;

/// <summary>The gateway refused to charge an order; nothing was charged.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Reason">The gateway's reason as a code, for example <c>insufficient_funds</c>.</param>
/// <param name="At">When the gateway said so, UTC.</param>
public sealed record PaymentDeclined(Guid OrderId, string Reason, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "payment.declined.v1";
}
