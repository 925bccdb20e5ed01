using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Cart;

/// <summary>Takes out of carts what nobody has touched for 90 days.</summary>
internal sealed class PruneCarts(NpgsqlDataSource database, ILogger<PruneCarts> logger) : RepeatingService("Pruning carts", logger)
{
    private const string Sql = "DELETE FROM cart_items WHERE (customer_id, product_id) IN (SELECT customer_id, product_id FROM cart_items WHERE updated_at < now() - interval '90 days' LIMIT 1000)";

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var pruned = await database.ExecutePreparedAsync(Sql, [], stoppingToken);
        return pruned > 0 ? TimeSpan.Zero : TimeSpan.FromHours(1);
    }
}
