using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>Adds pieces to the stock of a product, or takes some away.</summary>
internal static class ChangeStock
{
    public static async Task<Results<Ok<StockView>, ProblemHttpResult>> HandleAsync(
        Guid id, StockChange change, NpgsqlDataSource database, CancellationToken cancellationToken)
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
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = change.Change });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ProductRequest.MaxStock });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Problems.NotFound();
        var (isChanged, stock) = (reader.GetBoolean(0), reader.GetInt32(1));
        // The row comes before the commit does.
        await reader.NextResultAsync(cancellationToken);
        return isChanged
            ? TypedResults.Ok(new StockView(stock))
            : Problems.Of(
                StatusCodes.Status409Conflict, "stock-out-of-range", "The stock would be below 0 or above 1000000",
                $"There are {stock}; {change.Change} cannot be added.", ("stock", stock));
    }
}

/// <summary>A change of the stock other than by an order.</summary>
/// <param name="Change">How many are added; negative: taken away. Not 0, at most 1,000,000 either way.</param>
public sealed record StockChange(
    [property: Range(-ProductRequest.MaxStock, ProductRequest.MaxStock, ErrorMessage = StockChange.Message)]
    [property: DeniedValues(0, ErrorMessage = StockChange.Message)]
    int Change)
{
    private const string Message = "Must be from -1000000 to 1000000, and not 0.";
}

/// <summary>How many of a product there are now.</summary>
/// <param name="Stock">How many.</param>
public sealed record StockView(int Stock);
