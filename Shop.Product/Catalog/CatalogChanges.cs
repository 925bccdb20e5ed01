using Microsoft.AspNetCore.OutputCaching;
using Npgsql;
using Shop.Messaging.Database;
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

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        await foreach (var products in database.ListenAsync(Channel, stoppingToken))
        {
            // An empty text, or an empty list: everything may have changed.
            IEnumerable<string> tags = products.Count == 0 || products.Contains("")
                ? [CatalogCache.Everything]
                : [CatalogCache.Lists, .. products.Distinct().Select(CatalogCache.TagOf)];
            foreach (var tag in tags)
                await cache.EvictByTagAsync(tag, stoppingToken);
        }
        return TimeSpan.Zero;
    }
}
