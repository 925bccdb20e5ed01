using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Shop.Product.Catalog;

/// <summary>
/// <c>GET /stats/stock</c>: which products have little or no stock. The stock has no index, so that orders change it cheaply; this reads all of it, at most
/// twice a minute in each replica.
/// </summary>
internal sealed class GetStockStats(NpgsqlDataSource database, TimeProvider clock) : IDisposable
{
    /// <summary>Below so many there are few left.</summary>
    private const int Few = 5;

    private const string Sql = """
        WITH low AS MATERIALIZED (
            SELECT p.id, p.name, s.available FROM product_stock s JOIN products p ON p.id = s.product_id WHERE s.available < $1 AND p.archived_at IS NULL)
        SELECT (SELECT count(*) FROM low WHERE available > 0)::int, (SELECT count(*) FROM low WHERE available = 0)::int, low.id, low.name, low.available
        FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM low ORDER BY available, name LIMIT 50) low ON true
        """;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);
    private (StockStats Stats, DateTimeOffset At)? _last;

    /// <summary>Up to half a minute old.</summary>
    public static async Task<Ok<StockStats>> HandleAsync(GetStockStats stats, CancellationToken cancellationToken) => TypedResults.Ok(await stats.ReadAsync(cancellationToken));

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<StockStats> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && clock.GetUtcNow() - last.At < Lifetime)
                return last.Stats;
            var stats = await CountAsync(cancellationToken);
            _last = (stats, clock.GetUtcNow());
            return stats;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<StockStats> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Few });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var (low, soldOut, items) = (0, 0, new List<LowProduct>());
        while (await rows.ReadAsync(cancellationToken))
        {
            (low, soldOut) = (rows.GetInt32(0), rows.GetInt32(1));
            if (!rows.IsDBNull(2))
                items.Add(new(rows.GetGuid(2), rows.GetString(3), rows.GetInt32(4)));
        }
        return new(low, soldOut, items);
    }
}

/// <summary>Products with little or no stock.</summary>
/// <param name="Low">How many products have 1 to 4.</param>
/// <param name="SoldOut">How many have none.</param>
/// <param name="Items">The first 50 of both, those with the fewest first.</param>
public sealed record StockStats(int Low, int SoldOut, IReadOnlyList<LowProduct> Items);

/// <summary>A product with little or no stock.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Stock">How many there are.</param>
public sealed record LowProduct(Guid Id, string Name, int Stock);
