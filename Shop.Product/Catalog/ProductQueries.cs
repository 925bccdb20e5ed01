using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults;

namespace Shop.Product.Catalog;

/// <summary>What customers read of the catalog: each one statement, one round trip.</summary>
internal static class ProductQueries
{
    /// <summary>Those of the products that are for sale, by id.</summary>
    public static async Task<IReadOnlyDictionary<Guid, ProductDetails>> GetAsync(NpgsqlDataSource database, IReadOnlyCollection<Guid> ids)
    {
        await using var command = new NpgsqlCommand("""
            SELECT p.id, p.slug, p.name, p.description, p.price, p.currency, p.category, p.image_version, s.available, p.version
            FROM products p JOIN product_stock s ON s.product_id = p.id
            WHERE p.id = ANY($1) AND p.archived_at IS NULL
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });

        await using var reader = await database.ReadPreparedAsync(command);
        var products = new Dictionary<Guid, ProductDetails>(ids.Count);
        while (await reader.ReadAsync())
        {
            var (id, stock) = (reader.GetGuid(0), reader.GetInt32(8));
            products.Add(id, new(
                id, reader.GetString(1), reader.GetString(2), reader.GetString(3), new Money(reader.GetDecimal(4), reader.GetString(5)),
                reader.GetString(6), ProductImages.Url(id, reader.GetInt32(7)), stock > 0, stock, reader.GetInt32(9)));
        }
        return products;
    }

    /// <summary>Adds or takes pieces; null when there is no such product for sale, false when there are not that many or too many.</summary>
    public static async Task<(bool Changed, int Stock)?> ChangeStockAsync(
        NpgsqlDataSource database, Guid id, int change, CancellationToken cancel)
    {
        // Locked and looked at first, so that a refusal can say what there is.
        await using var command = database.CreateCommand("""
            WITH now AS (
                SELECT s.product_id, s.available FROM product_stock s JOIN products p ON p.id = s.product_id
                WHERE s.product_id = $1 AND p.archived_at IS NULL FOR NO KEY UPDATE OF s),
            changed AS (
                UPDATE product_stock s SET available = now.available + $2 FROM now
                WHERE s.product_id = now.product_id AND now.available + $2 BETWEEN 0 AND $3
                RETURNING s.available)
            SELECT changed.available IS NOT NULL, coalesce(changed.available, now.available) FROM now LEFT JOIN changed ON true
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = change });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ProductRequest.MaxStock });

        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel))
            return null;
        var outcome = (reader.GetBoolean(0), reader.GetInt32(1));
        // The row comes before the commit does.
        await reader.NextResultAsync(cancel);
        return outcome;
    }
}
