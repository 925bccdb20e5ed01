using Microsoft.AspNetCore.OutputCaching;
using Npgsql;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Catalog;

/// <summary>
/// Evicts cached answers when the catalog changes, in whatever replica: triggers of the database notify of it (see the migration CatalogNotifications).
/// A product that sells out or comes back takes the lists and its own page along; any other change of stock is left to the cache's lifetime, since
/// there may be hundreds a second. Everything else that staff does is rare and evicts all.
/// </summary>
public sealed class CatalogChanges(NpgsqlDataSource database, IOutputCacheStore cache, ILogger<CatalogChanges> logger)
    : RepeatingService("Listening for changes of the catalog", logger)
{
    internal const string Channel = "catalog_changes";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        var changed = new HashSet<string>();
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) => changed.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(stoppingToken);
        // For what changed while nothing listened.
        changed.Add("");
        while (true)
        {
            await EvictAsync(changed, stoppingToken);
            if (await connection.WaitAsync(KeepAlive, stoppingToken))
                continue;
            // Notices a server that vanished without closing the connection.
            await using var ping = new NpgsqlCommand("SELECT 1", connection);
            await ping.ExecuteNonQueryAsync(stoppingToken);
        }
    }

    /// <param name="changed">Ids of products; empty text for everything.</param>
    /// <param name="stoppingToken">Gives up.</param>
    private async Task EvictAsync(HashSet<string> changed, CancellationToken stoppingToken)
    {
        if (changed.Count == 0)
            return;
        IEnumerable<string> tags = changed.Contains("") ? [CatalogCache.Everything] : [CatalogCache.Lists, .. changed.Select(CatalogCache.TagOf)];
        foreach (var tag in tags)
            await cache.EvictByTagAsync(tag, stoppingToken);
        changed.Clear();
    }
}
