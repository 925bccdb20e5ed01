using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>Adds pieces to the stock of a product, or takes some away.</summary>
internal static class ChangeStock
{
    // Locked and looked at first, so that a refusal can say what there is.
    private static readonly string Sql = $"""
        WITH now AS (
            SELECT s.product_id, s.available FROM product_stock s JOIN products p ON p.id = s.product_id
            WHERE s.product_id = $1 AND p.archived_at IS NULL FOR NO KEY UPDATE OF s),
        changed AS (
            UPDATE product_stock s SET available = now.available + $2 FROM now
            WHERE s.product_id = now.product_id AND now.available + $2 BETWEEN 0 AND $3
            RETURNING s.product_id, s.available),
        movement AS (
            INSERT INTO stock_movements (product_id, change, stock, reason, author, author_name)
            SELECT product_id, $2, available, $4, $5, $6 FROM changed),
        event AS ({OutboxSql.Insert<AuditRecorded>(first: 7, from: "changed")})
        SELECT changed.available IS NOT NULL, coalesce(changed.available, now.available) FROM now LEFT JOIN changed ON true
        """;

    public static async Task<Results<Ok<StockView>, ProblemHttpResult>> HandleAsync(
        Guid id, StockChange change, HttpContext http, NpgsqlDataSource database, AuditOutbox audit, OutboxSignal outbox, CancellationToken cancellationToken)
    {
        var record = new AuditEvent("product.stock", AuditEvent.Ok, id.ToString(), string.Join(": ", ((string?[])[$"{change.Change:+0;-0}", change.Reason]).OfType<string>()));
        await using var reader = await database.ReadPreparedAsync(
            Sql,
            [id, change.Change, ProductRequest.MaxStock, change.Reason, StockMovement.AuthorOf(http), StockMovement.AuthorNameOf(http), Event.Of(AuditOutbox.Of(http, record))],
            cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Problems.NotFound();
        var (isChanged, stock) = (reader.GetBoolean(0), reader.GetInt32(1));
        // The row comes before the commit does.
        await reader.NextResultAsync(cancellationToken);
        if (!isChanged)
            return Problems.Of(
                StatusCodes.Status409Conflict, "stock-out-of-range", "The stock would be below 0 or above 1000000",
                $"There are {stock}; {change.Change} cannot be added.", ("stock", stock));
        outbox.Set();
        audit.Recorded(http, record);
        return TypedResults.Ok(new StockView(stock));
    }
}

/// <summary>A change of the stock other than by an order.</summary>
/// <param name="Change">How many are added; negative: taken away. Not 0, at most 1,000,000 either way.</param>
/// <param name="Reason">Why, in words, at most 200 characters, normalised; null: not said.</param>
public sealed record StockChange(
    [property: Range(-ProductRequest.MaxStock, ProductRequest.MaxStock, ErrorMessage = StockChange.Message)]
    [property: DeniedValues(0, ErrorMessage = StockChange.Message)]
    int Change, string? Reason = null) : IValidatableObject
{
    internal const int LongestReason = 200;
    private const string Message = "Must be from -1000000 to 1000000, and not 0.";

    /// <summary>Why, in words; null: not said.</summary>
    public string? Reason { get; init; } = Reason is null || PlainText.Normalize(Reason) is not { Length: > 0 } normal ? null : normal;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Reason is not null && (Reason.Length > LongestReason || !PlainText.IsOneLine(Reason)))
            yield return new($"Must have at most {LongestReason} characters on one line.", ["reason"]);
    }
}

/// <summary>How many of a product there are now.</summary>
/// <param name="Stock">How many.</param>
public sealed record StockView(int Stock);
