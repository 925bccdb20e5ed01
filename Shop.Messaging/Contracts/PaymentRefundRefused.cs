namespace Shop.Messaging.Contracts;

/// <summary>The gateway refused to give the money back: the order stays charged, and staff has to act.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Reason">The gateway's reason as a code.</param>
/// <param name="At">When the gateway said so, UTC.</param>
public sealed record PaymentRefundRefused(Guid OrderId, string Reason, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "payment.refund-refused.v1";
}
