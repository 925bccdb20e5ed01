using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>Shows one product that is for sale.</summary>
internal static class GetProduct
{
    public static async Task<Results<Ok<ProductDetails>, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id, NpgsqlDataSource database, HttpContext http, CancellationToken cancellationToken)
    {
        if (await ReadAsync(database, id, cancellationToken) is not { } product)
            return Problems.NotFound();
        var tag = ProductTag.Of(product.Version, product.Stock);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return ProductTag.Check(http.Request.Headers, tag) switch
        {
            Precondition.Unchanged => TypedResults.StatusCode(StatusCodes.Status304NotModified),
            Precondition.Failed => Problems.Stale(),
            _ => TypedResults.Ok(product),
        };
    }

    private static async Task<ProductDetails?> ReadAsync(NpgsqlDataSource database, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT p.slug, p.name, p.description, p.price, p.currency, p.category, p.image_version, s.available, p.version
            FROM products p JOIN product_stock s ON s.product_id = p.id
            WHERE p.id = $1 AND p.archived_at IS NULL
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await database.ReadPreparedAsync(command, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var stock = reader.GetInt32(7);
        return new(
            id, reader.GetString(0), reader.GetString(1), reader.GetString(2), new Money(reader.GetDecimal(3), reader.GetString(4)),
            reader.GetString(5), ProductImages.Url(id, reader.GetInt32(6)), stock > 0, stock, reader.GetInt32(8));
    }
}

/// <summary>A product on a page of its own.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Description">Plain text; empty when there is none.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to this service; null when it has none. Changes with the picture.</param>
/// <param name="InStock">Whether there is one.</param>
/// <param name="Stock">How many there are.</param>
/// <param name="Version">Counts the changes of everything but the stock, from 1.</param>
public sealed record ProductDetails(
    Guid Id, string Slug, string Name, string Description, Money Price, string Category, string? ImageUrl, bool InStock, int Stock, int Version)
{
    internal static ProductDetails Of(CatalogProduct product) => new(
        product.Id, product.Slug, product.Name, product.Description, new Money(product.Price, product.Currency), product.Category,
        ProductImages.Url(product.Id, product.ImageVersion), product.Stock.Available > 0, product.Stock.Available, product.Version);
}
