using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging;

/// <summary>
/// Measures the outbox and the dead letters every few seconds while somebody collects metrics, reading few rows however many there are.
/// All replicas measure the same tables: take one value, not the sum.
/// </summary>
internal sealed class MessagingGauges : RepeatingService
{
    // The oldest rows are counted; when they are more than that, the server's own running count of the table is taken.
    private const string MeasureSql = """
        SELECT
            CASE WHEN head.rows <= 1000 THEN head.rows ELSE greatest(head.rows, pg_stat_get_live_tuples('outbox'::regclass)) END,
            coalesce(extract(epoch FROM clock_timestamp() - head.oldest), 0)::float8,
            (SELECT count(*) FROM (SELECT FROM dead_letters WHERE replayed_at IS NULL LIMIT 10000) AS letters)
        FROM (SELECT count(*) AS rows, min(created_at) AS oldest FROM (SELECT created_at FROM outbox ORDER BY id LIMIT 1001) AS oldest) AS head
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly Instrument[] _gauges;
    private volatile Waiting? _last;

    public MessagingGauges(NpgsqlDataSource database, IMeterFactory meters, ILogger<MessagingGauges> logger) : base("Measuring the outbox", logger)
    {
        _database = database;
        var meter = meters.Create(MessagingTelemetry.Name);
        _gauges =
        [
            meter.CreateObservableGauge(
                "shop.messaging.outbox.backlog", () => Measured(x => x.Events), "{message}",
                "Events that the broker has not confirmed yet: up to 1,000 counted, beyond that the database's estimate."),
            meter.CreateObservableGauge(
                "shop.messaging.outbox.age", () => Measured(x => x.Age), "s", "How long ago the oldest event in the outbox was written; 0 when there is none."),
            meter.CreateObservableGauge(
                "shop.messaging.dead_letters.waiting", () => Measured(x => x.Letters), "{message}",
                "Messages that could not be handled and that were not replayed; counted up to 10,000."),
        ];
    }

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        // No value is better than an old one, should the database not answer.
        _last = null;
        if (_gauges.Any(gauge => gauge.Enabled))
            _last = await MeasureAsync(stoppingToken);
        return Period;
    }

    private async Task<Waiting> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var measure = _database.CreateCommand(MeasureSql);
        await using var reader = await measure.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Waiting(reader.GetInt64(0), reader.GetDouble(1), reader.GetInt64(2));
    }

    private IEnumerable<Measurement<T>> Measured<T>(Func<Waiting, T> value) where T : struct =>
        _last is { } last ? [new Measurement<T>(value(last))] : [];

    private sealed record Waiting(long Events, double Age, long Letters);
}
