using Npgsql;
using NpgsqlTypes;
using OpenTelemetry;

namespace Shop.Messaging.Outbox;

/// <summary>An event as the relay takes it out of the outbox.</summary>
internal sealed record OutboxEvent(
    Guid Id, string Type, byte[] Payload, string? TraceParent, string? TraceState, DateTime CreatedAt, int Attempts);

/// <summary>
/// The oldest events of the outbox, deleted in a transaction that is still open: committed when the broker has them, rolled back
/// otherwise. Meanwhile no other relay sees them.
/// </summary>
internal sealed class OutboxBatch : IAsyncDisposable
{
    // ANY(ARRAY(...)) so that the planner runs the limited subquery once; IN (...) it may run again and then delete more than it took.
    // By ctid, which stays valid while the row is locked, so that the index is not searched a second time.
    // This commit need not reach the disk: if the server dies before, the events are there again, and published again.
    private const string TakeSql = """
        DELETE FROM outbox WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM outbox WHERE id > $1 AND (not_before IS NULL OR not_before <= now())
            ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING id, type, payload, trace_parent, trace_state, created_at, attempts, set_config('synchronous_commit', 'off', true)
        """;

    private const string PutBackSql = """
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state, created_at, attempts, not_before)
        VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8)
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private OutboxBatch(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    /// <summary>Oldest first.</summary>
    public List<OutboxEvent> Events { get; } = [];

    /// <summary>Takes the next events.</summary>
    /// <param name="database">The service's database.</param>
    /// <param name="after">Only events with a greater id.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<OutboxBatch> TakeAsync(NpgsqlDataSource database, Guid after, int limit, CancellationToken cancellationToken)
    {
        // Polling belongs to no trace, and would create one each second.
        using var untraced = SuppressInstrumentationScope.Begin();
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var batch = new OutboxBatch(connection, await connection.BeginTransactionAsync(cancellationToken));
            await batch.ReadAsync(after, limit, cancellationToken);
            return batch;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits, all but the <paramref name="refused"/>, which go back to be tried again later.</summary>
    public async Task CommitAsync(IReadOnlyCollection<OutboxEvent> refused, CancellationToken cancellationToken)
    {
        foreach (var row in refused)
            await PutBackAsync(row, cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Rolls back unless committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ReadAsync(Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand(TakeSql, _connection, _transaction)
        {
            Parameters = { new() { Value = after }, new() { Value = limit } },
        };
        await take.PrepareAsync(cancellationToken);
        await using var reader = await take.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Events.Add(new OutboxEvent(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetFieldValue<byte[]>(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetDateTime(5),
                reader.GetInt32(6)));
        }
        // RETURNING has no order of its own.
        Events.Sort(static (a, b) => a.Id.CompareTo(b.Id));
    }

    private async Task PutBackAsync(OutboxEvent row, CancellationToken cancellationToken)
    {
        var attempts = row.Attempts + 1;
        await using var insert = new NpgsqlCommand(PutBackSql, _connection, _transaction)
        {
            Parameters =
            {
                new() { Value = row.Id },
                new() { Value = row.Type },
                new() { Value = row.Payload, NpgsqlDbType = NpgsqlDbType.Json },
                new() { Value = (object?)row.TraceParent ?? DBNull.Value },
                new() { Value = (object?)row.TraceState ?? DBNull.Value },
                new() { Value = row.CreatedAt },
                new() { Value = attempts },
                // 2 s, 4 s, ... about 17 min
                new() { Value = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(attempts, 10))) },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
