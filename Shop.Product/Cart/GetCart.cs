using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Product.Catalog;
using Shop.ServiceDefaults.Access;

namespace Shop.Product.Cart;

/// <summary>Shows the caller's cart with the prices and the stock of this moment.</summary>
internal static class GetCart
{
    private const string Sql = """
        SELECT p.id, p.slug, p.name, p.category, p.image_version, c.quantity, p.price, p.currency, CASE WHEN p.archived_at IS NULL THEN s.available ELSE 0 END
        FROM cart_items c JOIN products p ON p.id = c.product_id JOIN product_stock s ON s.product_id = p.id
        WHERE c.customer_id = $1 ORDER BY c.added_at, p.id
        """;

    /// <summary><c>GET /cart</c>.</summary>
    public static async Task<Ok<CartView>> HandleAsync(HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ReadAsync(database, http.User.Id(), cancellationToken));

    /// <summary>The cart of a customer.</summary>
    public static async Task<CartView> ReadAsync(NpgsqlDataSource database, Guid customer, CancellationToken cancellationToken)
    {
        var lines = new List<CartLine>();
        await using var rows = await database.ReadPreparedAsync(Sql, [customer], cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (id, quantity, price) = (rows.GetGuid(0), rows.GetInt32(5), new Money(rows.GetDecimal(6), rows.GetString(7)));
            lines.Add(new(
                id, rows.GetString(1), rows.GetString(2), rows.GetString(3), ProductImages.Url(id, rows.GetInt32(4)), quantity, price,
                price with { Amount = price.Amount * quantity }, rows.GetInt32(8)));
        }
        // Products of several currencies have no total; nor can they be ordered together.
        var currencies = lines.Select(line => line.UnitPrice.Currency).Distinct().ToList();
        return new(lines, lines.Sum(line => line.Quantity), currencies is [var one] ? new Money(lines.Sum(line => line.LineTotal.Amount), one) : null);
    }
}

/// <summary>A cart.</summary>
/// <param name="Items">Its lines, in the order in which they were put in.</param>
/// <param name="Count">How many pieces there are.</param>
/// <param name="Total">What they cost together, without delivery; null when there are none, or their prices are in several currencies.</param>
public sealed record CartView(IReadOnlyList<CartLine> Items, int Count, Money? Total);

/// <summary>A line of a cart.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is; null when it has none.</param>
/// <param name="Quantity">How many are wanted.</param>
/// <param name="UnitPrice">For one, now.</param>
/// <param name="LineTotal">For all of them, now.</param>
/// <param name="Available">How many there are now, maybe fewer than are wanted; 0 for a product that is no longer for sale.</param>
public sealed record CartLine(
    Guid ProductId, string Slug, string Name, string Category, string? ImageUrl, int Quantity, Money UnitPrice, Money LineTotal, int Available);
