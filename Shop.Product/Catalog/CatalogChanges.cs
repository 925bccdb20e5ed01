using Microsoft.AspNetCore.OutputCaching;
using Npgsql;

namespace Shop.Product.Catalog;

/// <summary>
/// Evicts cached answers when the catalog changes, in whatever replica: triggers of the database notify of it (see the migration CatalogNotifications).
/// A product that sells out or comes back takes the lists and its own page along; any other change of stock is left to the cache's lifetime, since
/// there may be hundreds a second. Everything else that staff does is rare and evicts all.
/// </summary>
public sealed class CatalogChanges(NpgsqlDataSource database, IOutputCacheStore cache, ILogger<CatalogChanges> logger) : BackgroundService
{
    internal const string Channel = "catalog_changes";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Changes of the catalog are not heard, so answers may be up to a second old: {Reason}", exception.Message);
                await Task.Delay(RetryDelay, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var changed = new HashSet<string>();
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, notification) => changed.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(stopping);
        // For what changed while nobody listened.
        changed.Add("");
        while (true)
        {
            await EvictAsync(changed, stopping);
            if (await connection.WaitAsync(KeepAlive, stopping))
                continue;
            // Finds out whether the server has gone without a word.
            await using var ping = new NpgsqlCommand("SELECT 1", connection);
            await ping.ExecuteNonQueryAsync(stopping);
        }
    }

    /// <param name="changed">Ids of products; empty text for everything.</param>
    /// <param name="stopping">Gives up.</param>
    private async Task EvictAsync(HashSet<string> changed, CancellationToken stopping)
    {
        if (changed.Count == 0)
            return;
        IEnumerable<string> tags = changed.Contains("") ? [CatalogCache.Everything] : [CatalogCache.Lists, .. changed.Select(CatalogCache.TagOf)];
        foreach (var tag in tags)
            await cache.EvictByTagAsync(tag, stopping);
        changed.Clear();
    }
}
