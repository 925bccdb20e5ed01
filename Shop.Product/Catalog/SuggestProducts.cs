using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>Suggests what the beginning of a search may become: categories and products whose names have its words.</summary>
internal static class SuggestProducts
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

    public static async Task<Results<Ok<Page<Suggestion>>, ProblemHttpResult>> HandleAsync(
        string? q, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (q?.Length > 200 || (q is not null && !PlainText.IsStorable(q)))
            return Problems.Validation(new Dictionary<string, string[]> { ["q"] = ["Must have at most 200 characters, and no control characters."] });
        var found = new List<Suggestion>();
        if (!string.IsNullOrWhiteSpace(q))
        {
            await using var command = new NpgsqlCommand(Sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = PlainText.Normalize(q) });
            await using var reader = await database.ReadPreparedAsync(command, cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3)));
        }
        return TypedResults.Ok(new Page<Suggestion>(
            [.. found.OrderBy(one => one.Kind, StringComparer.Ordinal).DistinctBy(one => (one.Kind, one.Name)).Take(Most)], null));
    }
}

/// <summary>What somebody may be about to search for.</summary>
/// <param name="Kind"><c>product</c> or <c>category</c>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Id">The product; left out for a category.</param>
public sealed record Suggestion(
    string Kind, string Name, string Slug, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id = null);
