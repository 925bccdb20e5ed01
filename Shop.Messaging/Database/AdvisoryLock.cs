using Npgsql;

namespace Shop.Messaging.Database;

/// <summary>A turn at something that only one replica of a service may do at a time, as at start. Released on dispose, or when the process dies.</summary>
public sealed class AdvisoryLock : IAsyncDisposable
{
    /// <summary>The lock's key, the same in every service: advisory locks count per database. "shop" in ASCII.</summary>
    private const long Key = 0x73686f70;

    private readonly NpgsqlConnection _connection;

    private AdvisoryLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for its turn, however long that takes.</summary>
    public static async Task<AdvisoryLock> TakeAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } }, CommandTimeout = 0 };
            await take.ExecuteNonQueryAsync(cancellationToken);
            return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The pool's reset would release it only when the connection is used again.
        try
        {
            await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", _connection) { Parameters = { new() { Value = Key } } };
            await release.ExecuteNonQueryAsync();
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }
}
