using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>Log entries about payments. The order's id is a property, by which a dashboard finds all log entries about the order.</summary>
internal static partial class PaymentLog
{
    /// <summary>The gateway's answer to a charge, or to its voiding, is recorded.</summary>
    public static void Settled(this ILogger logger, string gateway, Guid orderId, ChargeAnswer answer)
    {
        if (answer is Declined declined)
            LogDeclined(logger, gateway, orderId, declined.Reason);
        else
            LogCharged(logger, gateway, orderId);
    }

    [LoggerMessage(LogLevel.Information, "{Gateway} has refunded order {OrderId}")]
    public static partial void Refunded(this ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has charged order {OrderId}")]
    private static partial void LogCharged(ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has not charged order {OrderId}: {Reason}")]
    private static partial void LogDeclined(ILogger logger, string gateway, Guid orderId, string reason);
}
