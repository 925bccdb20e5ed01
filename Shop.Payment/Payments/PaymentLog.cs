using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>Log entries about payments. The order's id is a property, by which a dashboard finds all log entries about the order.</summary>
internal static partial class PaymentLog
{
    /// <summary>The gateway's answer to a charge, or to its voiding, is recorded.</summary>
    public static void Settled(this ILogger logger, string gateway, Guid orderId, ChargeAnswer answer)
    {
        switch (answer)
        {
            case Declined declined:
                LogDeclined(logger, gateway, orderId, declined.Reason);
                break;
            case ActionRequired:
                LogAsking(logger, gateway, orderId);
                break;
            default:
                LogCharged(logger, gateway, orderId);
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Gateway} has refunded order {OrderId}")]
    public static partial void Refunded(this ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has charged order {OrderId}")]
    private static partial void LogCharged(ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} waits until the customer of order {OrderId} has answered their bank")]
    private static partial void LogAsking(ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has not charged order {OrderId}: {Reason}")]
    private static partial void LogDeclined(ILogger logger, string gateway, Guid orderId, string reason);
}
