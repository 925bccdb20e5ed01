using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Catalog.Bulk;

/// <summary>
/// <c>POST /products/import</c>: a product for each line of CSV or NDJSON. Lines are stored a thousand at a time as they come, so that an import of any length
/// takes little memory. A bad line never stops the rest. With an <c>Idempotency-Key</c> an import that broke off can be sent again, and nothing is there twice.
/// </summary>
internal static class ImportProducts
{
    private const int BatchSize = 1000;

    /// <summary>Some 300,000 lines.</summary>
    internal const long MaxBytes = 128 << 20;

    public static async Task<Results<Ok<ImportResult>, ProblemHttpResult>> HandleAsync(
        bool? dryRun, [FromHeader(Name = IdempotencyKey.Header)] string? key, HttpContext http, ProductDb db, ImportBatch batch,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json, CancellationToken cancellationToken)
    {
        if (key is not null && !IdempotencyKey.IsValid(key))
            return IdempotencyKey.Invalid();
        var callersKey = key is null ? null : ImportProgress.KeyOf(http.User, key);
        using var lines = new BoundedLines(http.Request.Body);
        IAsyncEnumerable<ImportLine>? rows = http.Request.ContentType switch
        {
            "text/csv" => CsvLines.ReadAsync(lines, cancellationToken),
            "application/x-ndjson" or "application/jsonl" or "application/json-lines" => NdjsonLines.ReadAsync(lines, json.Value.SerializerOptions, cancellationToken),
            _ => null,
        };
        if (rows is null)
            return Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body has a content type that cannot be imported",
                "Send text/csv or application/x-ndjson.");

        await ImportProgress.PruneAsync(db, cancellationToken);
        var (imported, failed) = (0, new List<ImportFailure>());
        await foreach (var some in rows.Chunk(BatchSize).WithCancellation(cancellationToken))
        {
            var errors = await batch.StoreAsync(some, callersKey, http, dryRun is true, cancellationToken);
            failed.AddRange(errors);
            imported += some.Length - errors.Count;
        }
        return TypedResults.Ok(new ImportResult(imported, failed));
    }
}

/// <summary>The result of an import.</summary>
/// <param name="Imported">How many lines have, or with <c>dryRun</c> would have, a product now.</param>
/// <param name="Failed">The lines that have not.</param>
public sealed record ImportResult(int Imported, IReadOnlyList<ImportFailure> Failed);

/// <summary>A line that was not imported.</summary>
/// <param name="Line">Which one of the body, from 1; a header counts.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record ImportFailure(long Line, string Error);

/// <summary>A line of an import: what it says, or why it says nothing.</summary>
/// <param name="Line">Which one, from 1.</param>
/// <param name="Content">What it says; null with <paramref name="Error"/>.</param>
/// <param name="Error">What is wrong with it; null with <paramref name="Content"/>.</param>
internal sealed record ImportLine(long Line, ImportContent? Content, string? Error = null);

/// <summary>A product as an import has it.</summary>
/// <param name="Id">The product to change, or the id of a new one; null: a new one.</param>
/// <param name="Name">Its name.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="Price">In the shop's currency, where it does not say.</param>
/// <param name="Description">Plain text; null: as it is, of a new one none.</param>
/// <param name="Stock">How many; null: as it is, of a new one none.</param>
public sealed record ImportContent(
    Guid? Id = null, string? Name = null, string? Category = null, Shop.Messaging.Contracts.Amount? Price = null, string? Description = null, int? Stock = null)
{
    internal const string NotANumber = "Must be a number such as 10 or 10.50.";

    /// <summary>What it says as the text of a table's fields.</summary>
    /// <exception cref="FormatException">A field does not say what it should.</exception>
    internal static ImportContent Of(Func<string, string?> field)
    {
        var (id, price, stock, currency) = (field("id"), field("price"), field("stock"), field("currency"));
        return new(
            id is null ? null : Guid.TryParseExact(id, "D", out var guid) ? guid : throw new FormatException("id: Must be a UUID."),
            field("name"), field("category"),
            price is null ? null
                : decimal.TryParse(price, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? new(amount, currency)
                : throw new FormatException($"price: {NotANumber}"),
            field("description"),
            stock is null ? null : int.TryParse(stock, NumberStyles.None, CultureInfo.InvariantCulture, out var pieces) ? pieces : throw new FormatException($"stock: {NotANumber}"));
    }
}
