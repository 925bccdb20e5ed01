using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog.Bulk;

/// <summary><c>GET /products/export</c>: all products as CSV or NDJSON, streamed, in the form that <see cref="ImportProducts"/> takes.</summary>
internal static class ExportProducts
{
    private const string Sql = """
        SELECT p.id, p.slug, p.name, p.category, p.price, p.currency, p.description, s.available, p.archived_at IS NOT NULL
        FROM products p JOIN product_stock s ON s.product_id = p.id
        WHERE $1 IS NULL OR (p.archived_at IS NOT NULL) = $1
        ORDER BY p.id
        """;

    private static readonly string[] Columns = ["id", "slug", "name", "category", "price", "currency", "description", "stock", "archived"];

    /// <param name="format"><c>csv</c> or <c>ndjson</c>; null: CSV.</param>
    /// <param name="archived">true: only what is no longer for sale; false: only what is; null: all.</param>
    /// <param name="http">The request.</param>
    /// <param name="database">The database.</param>
    /// <param name="json">How JSON is written.</param>
    public static Results<PushStreamHttpResult, ProblemHttpResult> Handle(
        string? format, bool? archived, HttpContext http, NpgsqlDataSource database, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json)
    {
        if (format is not (null or "csv" or "ndjson"))
            return Problems.Validation(new Dictionary<string, string[]> { ["format"] = ["Must be csv or ndjson."] });
        var isCsv = format is not "ndjson";
        var cancellationToken = http.RequestAborted;
        return TypedResults.Stream(
            async body =>
            {
                var products = ReadAsync(database, archived, cancellationToken);
                await (isCsv ? WriteCsvAsync(body, products, cancellationToken) : WriteNdjsonAsync(body, products, json.Value.SerializerOptions, cancellationToken));
            },
            isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson",
            isCsv ? "products.csv" : "products.ndjson");
    }

    private static async IAsyncEnumerable<ExportedProduct> ReadAsync(
        NpgsqlDataSource database, bool? archived, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)archived ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            yield return new(
                rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), new Money(rows.GetDecimal(4), rows.GetString(5)), rows.GetString(6),
                rows.GetInt32(7), rows.GetBoolean(8));
    }

    private static async Task WriteCsvAsync(Stream body, IAsyncEnumerable<ExportedProduct> products, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        foreach (var column in Columns)
            csv.WriteField(column);
        await csv.EndRecordAsync(cancellationToken);
        await foreach (var product in products)
        {
            string[] fields =
            [
                product.Id.ToString(), product.Slug, product.Name, product.Category, product.Price.Amount.ToString(CultureInfo.InvariantCulture), product.Price.Currency,
                product.Description, product.Stock.ToString(CultureInfo.InvariantCulture), product.Archived ? "true" : "false",
            ];
            foreach (var field in fields)
                csv.WriteField(field);
            await csv.EndRecordAsync(cancellationToken);
        }
        await csv.FlushAsync(cancellationToken);
    }

    private static async Task WriteNdjsonAsync(Stream body, IAsyncEnumerable<ExportedProduct> products, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        await foreach (var product in products)
        {
            await JsonSerializer.SerializeAsync(body, product, json, cancellationToken);
            await body.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }
    }
}

/// <summary>A line of an export.</summary>
/// <param name="Id">Its id, by which an import changes it.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="Price">For one.</param>
/// <param name="Description">Plain text; empty when there is none.</param>
/// <param name="Stock">How many there are.</param>
/// <param name="Archived">Whether it is no longer for sale.</param>
public sealed record ExportedProduct(Guid Id, string Slug, string Name, string Category, Money Price, string Description, int Stock, bool Archived);
