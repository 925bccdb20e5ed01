namespace Shop.Messaging.Contracts;

/// <summary>The customer has to answer their bank before an order can be charged; nothing was charged yet.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Url">The page of the bank, absolute; for the customer alone.</param>
/// <param name="At">When the gateway said so, UTC.</param>
public sealed record PaymentActionRequired(Guid OrderId, string Url, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "payment.action-required.v1";
}
