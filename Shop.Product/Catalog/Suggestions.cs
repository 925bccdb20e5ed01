using Npgsql;
using Shop.Messaging.Database;

namespace Shop.Product.Catalog;

/// <summary>What the beginning of a search may become: categories and products whose names have its words.</summary>
internal static class Suggestions
{
    private const int Most = 8;

    // Categories are few. Of the products some hundred matches are looked at: of a beginning that thousands share any eight do.
    private const string Sql = """
        WITH q AS MATERIALIZED (SELECT * FROM public.search_query($1))
        (SELECT 'category' AS kind, c.name, c.slug, NULL::uuid AS id FROM categories c, q
         WHERE setweight(public.search_vector(c.name), 'A') @@ q.begun ORDER BY c.position, c.slug LIMIT 3)
        UNION ALL
        (SELECT 'product', p.name, p.slug, p.id FROM (
            SELECT p.name, p.slug, p.id, p.search FROM products p WHERE p.search @@ (SELECT query FROM q) AND p.archived_at IS NULL LIMIT 500) AS p, q
         ORDER BY (p.search @@ q.whole) DESC, (p.search @@ q.begun) DESC, length(p.name), p.name, p.id LIMIT 8)
        """;

    public static async Task<IReadOnlyList<Suggestion>> ReadAsync(NpgsqlDataSource database, string text)
    {
        await using var command = new NpgsqlCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        await using var reader = await database.ReadPreparedAsync(command);
        var found = new List<Suggestion>();
        while (await reader.ReadAsync())
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3)));
        return [.. found.OrderBy(one => one.Kind, StringComparer.Ordinal).DistinctBy(one => (one.Kind, one.Name)).Take(Most)];
    }
}
