using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Cart;

/// <summary>Sets how many of a product are in the caller's cart.</summary>
internal static class SetCartItem
{
    /// <summary>As many as an order may have. Requests that come at the same moment may exceed it by one each.</summary>
    private const int MostLines = 100;

    private static readonly string Sql = $"""
        INSERT INTO cart_items (customer_id, product_id, quantity, added_at, updated_at)
        SELECT $1, p.id, $3, now(), now() FROM products p
        WHERE p.id = $2 AND p.archived_at IS NULL
            AND ((SELECT count(*) FROM cart_items WHERE customer_id = $1) < {MostLines} OR EXISTS (SELECT FROM cart_items WHERE customer_id = $1 AND product_id = $2))
        ON CONFLICT (customer_id, product_id) DO UPDATE SET quantity = excluded.quantity, updated_at = excluded.updated_at
        """;

    /// <summary><c>PUT /cart/items/{productId}</c>.</summary>
    public static async Task<Results<Ok<CartView>, ProblemHttpResult>> HandleAsync(
        Guid productId, CartQuantity wanted, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var customer = http.User.Id();
        var changed = await database.ExecutePreparedAsync(Sql, [customer, productId, wanted.Quantity], cancellationToken);
        var cart = await GetCart.ReadAsync(database, customer, cancellationToken);
        if (changed > 0)
            return TypedResults.Ok(cart);
        await using var product = await database.ReadPreparedAsync(
            "SELECT FROM products WHERE id = $1 AND archived_at IS NULL", [productId], cancellationToken);
        return await product.ReadAsync(cancellationToken)
            ? Problems.Of(StatusCodes.Status409Conflict, "cart-full", "The cart is full", $"A cart has at most {MostLines} different products.")
            : Problems.NotFound();
    }
}

/// <summary>How many of a product somebody wants.</summary>
/// <param name="Quantity">1 to 1000; there may be fewer, which the cart says.</param>
public sealed record CartQuantity([property: Range(1, 1000, ErrorMessage = "Must be from 1 to 1000.")] int Quantity);
