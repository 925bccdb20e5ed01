using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Orders;

/// <summary>
/// Expires orders that were not paid in time: the stock is back, and money that is taken all the same is refunded. Replicas may try the same order; one of them
/// succeeds.
/// </summary>
internal sealed class ExpireOrders(NpgsqlDataSource database, CancelOrder orders, IOptions<OrderOptions> options, ILogger<ExpireOrders> logger)
    : RepeatingService("Expiring orders", logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Numbers ascend with time, so the index of the pending ones has the oldest first. By the clock of the database.
    private const string DueSql = """
        SELECT id FROM (SELECT id, placed_at FROM orders WHERE status = 'pending' ORDER BY number LIMIT 100) AS oldest WHERE placed_at < now() - $1
        """;

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        var expired = 0;
        foreach (var order in await DueAsync(stoppingToken))
        {
            if (await orders.ExpireAsync(order, stoppingToken))
                expired++;
        }
        if (expired == 0)
            return Pause(options.Value.ExpireAfter);
        logger.LogInformation("{Orders} orders have expired", expired);
        return TimeSpan.Zero;
    }

    // Late by a twentieth at most, within reason.
    private static TimeSpan Pause(TimeSpan expireAfter) =>
        TimeSpan.FromTicks(Math.Clamp(expireAfter.Ticks / 20, ShortestPause.Ticks, LongestPause.Ticks));

    private async Task<List<Guid>> DueAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var rows = await database.ReadPreparedAsync(DueSql, [options.Value.ExpireAfter], cancellationToken);
        var due = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
            due.Add(rows.GetGuid(0));
        return due;
    }
}
