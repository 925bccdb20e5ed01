using System.Runtime.CompilerServices;
using Npgsql;

namespace Shop.Messaging.Database;

/// <summary>PostgreSQL's notifications.</summary>
public static class Notifications
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Listens to a channel. Yields the payloads that came together, and first an empty list: from then on none is missed, what happened before may have been.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="channel">The channel's name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NpgsqlException">The connection is lost.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<string>> ListenAsync(
        this NpgsqlDataSource database, string channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var payloads = new List<string>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => payloads.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        yield return [];
        while (true)
        {
            if (!await connection.WaitAsync(KeepAlive, cancellationToken))
            {
                // Notices a server that vanished without closing the connection.
                await using var ping = new NpgsqlCommand("SELECT 1", connection);
                await ping.ExecuteNonQueryAsync(cancellationToken);
            }
            if (payloads.Count > 0)
            {
                string[] together = [.. payloads];
                payloads.Clear();
                yield return together;
            }
        }
    }
}
