using System.Buffers.Binary;
using System.Diagnostics.Metrics;

namespace Shop.Product.Orders;

/// <summary>Counts and logs the states that orders reach.</summary>
internal static partial class OrderTelemetry
{
    private static readonly Meter Meter = new("Shop.Product");

    private static readonly Counter<long> Orders =
        Meter.CreateCounter<long>("shop.orders", "{order}", "Orders that reached a status, by status.");

    private static readonly Histogram<double> ToPaid = Meter.CreateHistogram(
        "shop.orders.placed_to_paid", "s", "Time from the placing of an order until it is paid.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900] });

    /// <summary>An order has reached a status.</summary>
    public static void Reached(ILogger logger, OrderStatus status, Guid order)
    {
        Orders.Add(1, new KeyValuePair<string, object?>("status", status.Name()));
        if (status is OrderStatus.Paid)
            ToPaid.Record((DateTimeOffset.UtcNow - PlacedAt(order)).TotalSeconds);
        LogReached(logger, order, status.Name());
    }

    // The order's id is a property, by which a dashboard finds all log entries about the order, those of Payment included.
    [LoggerMessage(LogLevel.Information, "Order {OrderId} is {Status}")]
    private static partial void LogReached(ILogger logger, Guid orderId, string status);

    // An order's id is a UUIDv7, made when it is placed; its first 48 bits are the milliseconds of that time.
    private static DateTimeOffset PlacedAt(Guid order)
    {
        Span<byte> bytes = stackalloc byte[16];
        order.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }
}
