using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>What became of payments, for the log: with the order's id as a property, by which a dashboard finds all that was said about the order.</summary>
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

    [LoggerMessage(LogLevel.Information, "{Gateway} has given the money of order {OrderId} back")]
    public static partial void Refunded(this ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has charged order {OrderId}")]
    private static partial void LogCharged(ILogger logger, string gateway, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Gateway} has not charged order {OrderId}: {Reason}")]
    private static partial void LogDeclined(ILogger logger, string gateway, Guid orderId, string reason);
}
