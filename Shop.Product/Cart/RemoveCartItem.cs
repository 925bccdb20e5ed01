using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;

namespace Shop.Product.Cart;

/// <summary>Takes a product, or everything, out of the caller's cart. What is not there has been taken out.</summary>
internal static class RemoveCartItem
{
    /// <summary><c>DELETE /cart/items/{productId}</c>.</summary>
    public static async Task<NoContent> HandleAsync(Guid productId, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await database.ExecutePreparedAsync("DELETE FROM cart_items WHERE customer_id = $1 AND product_id = $2", [http.User.Id(), productId], cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary><c>DELETE /cart</c>.</summary>
    public static async Task<NoContent> AllAsync(HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await database.ExecutePreparedAsync("DELETE FROM cart_items WHERE customer_id = $1", [http.User.Id()], cancellationToken);
        return TypedResults.NoContent();
    }
}
