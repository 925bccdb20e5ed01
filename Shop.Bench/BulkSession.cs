using Npgsql;

namespace Shop.Bench;

/// <summary>A connection that fills tables by the million: no look-up of foreign keys for each row, indexes made when the rows are there.</summary>
internal sealed class BulkSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private BulkSession(NpgsqlConnection connection) => _connection = connection;

    public static async Task<BulkSession> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var session = new BulkSession(await database.OpenConnectionAsync(cancellationToken));
        // Foreign keys are triggers. Closing the connection makes it forget this.
        await session.ExecuteAsync("SET session_replication_role = replica", cancellationToken);
        return session;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params int[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs what returns ids.</summary>
    public async Task<Guid[]> IdsAsync(string sql, CancellationToken cancellationToken, params int[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    /// <summary>Drops a table's indexes, all but those of its keys, fills it and makes them again.</summary>
    public async Task<T> WithoutIndexesAsync<T>(string table, Func<Task<T>> fill, CancellationToken cancellationToken)
    {
        var indexes = await IndexesAsync(table, cancellationToken);
        foreach (var (name, _) in indexes)
            await ExecuteAsync($"DROP INDEX {name}", cancellationToken);
        var result = await fill();
        foreach (var (_, definition) in indexes)
            await ExecuteAsync(definition, cancellationToken);
        return result;
    }

    /// <summary>Does what the database would do by itself a minute later, in the midst of what is measured.</summary>
    public Task VacuumAsync(string tables, CancellationToken cancellationToken) => ExecuteAsync($"VACUUM (ANALYZE) {tables}", cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<List<(string Name, string Definition)>> IndexesAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1 AND indexname NOT IN (SELECT conname FROM pg_constraint)", []);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var indexes = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            indexes.Add((reader.GetString(0), reader.GetString(1)));
        return indexes;
    }

    private NpgsqlCommand Command(string sql, int[] values)
    {
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        return command;
    }
}
