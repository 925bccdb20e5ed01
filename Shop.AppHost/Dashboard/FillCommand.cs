using Npgsql;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Fill with 10,000 products</i>.</summary>
public static class FillCommand
{
    public const string Name = "fill";
    private const int Products = 10_000;

    // New products in the existing categories and currency. $1: their ids.
    private const string Sql = """
        WITH shelf AS (SELECT array_agg(slug) AS slugs FROM categories),
        new AS (
            SELECT id, n, slugs[1 + n % array_length(slugs, 1)] AS category, (SELECT currency FROM products LIMIT 1) AS currency,
                (ARRAY['Red', 'Oak', 'Small', 'Light', 'Round', 'Blue', 'Soft', 'Deep', 'Steel', 'Linen', 'Plain'])[1 + n % 11] || ' '
                    || (ARRAY['lamp', 'chair', 'kettle', 'tent', 'pen', 'puzzle', 'mug', 'basket', 'clock', 'shelf'])[1 + n % 10] || ' No. ' || n AS name
            FROM shelf, unnest($1) WITH ORDINALITY AS ids(id, n)
            WHERE slugs IS NOT NULL),
        added AS (
            INSERT INTO products (id, slug, name, description, category, price, currency, version, image_version, created_at)
            SELECT id, replace(replace(lower(name), ' ', '-'), '.', '') || '-' || right(id::text, 6), name, 'One of many, of good make.', category,
                (500 + n * 37 % 20000) / 100.0, currency, 1, 0, now()
            FROM new WHERE currency IS NOT NULL
            RETURNING id)
        INSERT INTO product_stock (product_id, available) SELECT id, 10 + (random() * 190)::int FROM added
        """;

    /// <summary>Adds a command to Product's database that adds 10,000 products, to try the store with a large catalog.</summary>
    public static IResourceBuilder<T> WithFill<T>(this IResourceBuilder<T> database) where T : IResourceWithConnectionString =>
        database.WithCommand(Name, "Fill with 10,000 products", context => FillAsync(database.Resource, context), new CommandOptions
        {
            Description = "Adds 10,000 products to the catalog.",
            IconName = "BoxMultiple",
            UpdateState = Commands.WhenRunning,
            Progress = new CommandProgressOptions { Message = "Adding products" },
        });

    private static Task<ExecuteCommandResult> FillAsync(IResourceWithConnectionString database, ExecuteCommandContext context) => Commands.TryAsync(async () =>
    {
        await using var source = NpgsqlDataSource.Create((await database.GetConnectionStringAsync(context.CancellationToken))!);
        await using var insert = source.CreateCommand(Sql);
        insert.Parameters.Add(new() { Value = Enumerable.Range(0, Products).Select(_ => Guid.CreateVersion7()).ToArray() });
        var added = await insert.ExecuteNonQueryAsync(context.CancellationToken);
        return added == Products
            ? CommandResults.Success($"{added:N0} products were added.")
            : CommandResults.Failure("The catalog is still empty: wait until the store is up.");
    });
}
