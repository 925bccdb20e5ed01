using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Consuming;

namespace Shop.Product.Orders;

/// <summary>
/// Expires orders whose payment nobody has answered for in time: the stock comes back, and money that is taken all the same goes back. Replicas
/// may try the same order; one of them moves it.
/// </summary>
internal sealed class OrderExpiry(NpgsqlDataSource database, OrderCancellation cancellation, IOptions<OrderOptions> options, ILogger<OrderExpiry> logger)
    : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Numbers come in the order of time, so that the index of the pending ones has the oldest first. By the clock of the database.
    private const string DueSql = """
        SELECT id FROM (SELECT id, placed_at FROM orders WHERE status = 'pending' ORDER BY number LIMIT 100) AS oldest WHERE placed_at < now() - $1
        """;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause(options.Value.ExpireAfter));
        do
        {
            try
            {
                while (await ExpireAsync(stoppingToken) > 0)
                {
                    // There may be more of them.
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    Faults.Classify(exception) is Fault.Transient ? null : exception, "No orders can expire now: {Reason}", exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Late by a twentieth at most, within reason.
    private static TimeSpan Pause(TimeSpan expireAfter) =>
        TimeSpan.FromTicks(Math.Clamp(expireAfter.Ticks / 20, ShortestPause.Ticks, LongestPause.Ticks));

    private async Task<int> ExpireAsync(CancellationToken cancel)
    {
        var expired = 0;
        foreach (var order in await DueAsync(cancel))
        {
            if (await cancellation.ExpireAsync(order, cancel))
                expired++;
        }
        if (expired > 0)
            logger.LogInformation("{Orders} orders have expired", expired);
        return expired;
    }

    private async Task<List<Guid>> DueAsync(CancellationToken cancel)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = database.CreateCommand(DueSql);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.ExpireAfter });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var due = new List<Guid>();
        while (await reader.ReadAsync(cancel))
            due.Add(reader.GetGuid(0));
        return due;
    }
}
