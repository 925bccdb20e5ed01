using Npgsql;
using NpgsqlTypes;
using OpenTelemetry;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Orders.Stats;

/// <summary>
/// Counts what has happened to orders, once a second and each entry of their history once. What is new is told by the transactions that wrote it: those
/// older than any that still runs are complete, so nothing that commits late is missed. Orders and payments do not wait for it.
/// </summary>
internal sealed class KeepOrderStats(NpgsqlDataSource database, ILogger<KeepOrderStats> logger) : RepeatingService("Counting orders", logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // The first time it is the whole history.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    // One of the replicas counts at a time.
    private const string PositionSql =
        "SELECT transaction, pg_snapshot_xmin(pg_current_snapshot()) FROM order_stats_position WHERE id = 1 FOR UPDATE SKIP LOCKED";

    private static readonly string CountSql = $"""
        WITH fresh AS MATERIALIZED (
            SELECT date_trunc('hour', o.placed_at, 'UTC') AS hour, o.currency, h.status, coalesce(h.amount, o.total) AS amount, h.at - o.placed_at AS after
            FROM order_history h JOIN orders o ON o.id = h.order_id
            WHERE h.transaction >= $1 AND h.transaction < $2),
        timed AS (
            INSERT INTO order_paid_times AS t (hour, bucket, count)
            SELECT hour, {PaidTimes.Bucket("after")}, count(*) FROM fresh WHERE status = 'paid' GROUP BY 1, 2
            ON CONFLICT (hour, bucket) DO UPDATE SET count = t.count + excluded.count)
        INSERT INTO order_stats AS s (hour, currency, status, count, amount)
        SELECT hour, currency, status, count(*), sum(amount) FROM fresh GROUP BY 1, 2, 3
        ON CONFLICT (hour, currency, status) DO UPDATE SET count = s.count + excluded.count, amount = s.amount + excluded.amount
        """;

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        await using var transaction = await connection.BeginTransactionAsync(stoppingToken);
        if (await PositionAsync(connection, stoppingToken) is not var (counted, complete))
            return Interval;
        if (counted > complete)
        {
            logger.LogWarning("The database comes from another server, whose transactions had other numbers: all orders are counted again");
            await ExecuteAsync("TRUNCATE order_stats, order_paid_times");
            await ExecuteAsync("UPDATE order_history SET transaction = pg_current_xact_id()");
            await ExecuteAsync("UPDATE order_stats_position SET transaction = pg_current_xact_id()");
        }
        else
        {
            await ExecuteAsync(CountSql, counted, complete);
            await ExecuteAsync("UPDATE order_stats_position SET transaction = $1", complete);
        }
        await transaction.CommitAsync(stoppingToken);
        return Interval;

        async Task ExecuteAsync(string sql, params ulong[] transactions)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Timeout.TotalSeconds };
            foreach (var id in transactions)
                command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Xid8 });
            await command.ExecuteNonQueryAsync(stoppingToken);
        }
    }

    /// <summary>Up to where it is counted, and up to where all transactions have ended; null while another replica counts.</summary>
    private static async Task<(ulong Counted, ulong Complete)?> PositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PositionSql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetFieldValue<ulong>(0), row.GetFieldValue<ulong>(1)) : null;
    }
}
