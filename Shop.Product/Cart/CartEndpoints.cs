using System.Text.Json.Serialization;
using Shop.Product.Accounts;

namespace Shop.Product.Cart;

/// <summary>What somebody means to buy.</summary>
public static class CartEndpoints
{
    /// <summary>Adds the pruning of old carts.</summary>
    public static void AddCart(this IHostApplicationBuilder builder) => builder.Services.AddHostedService<PruneCarts>();

    /// <summary>Maps <c>/cart</c>.</summary>
    public static void MapCart(this IEndpointRouteBuilder app)
    {
        var cart = app.MapGroup("/cart").WithTags("Cart").RequireAuthorization();
        cart.MapGet("/", GetCart.HandleAsync).WithName("GetCart")
            .WithSummary("Own cart, with the prices and the stock of this moment");
        cart.MapPut("/items/{productId:guid}", SetCartItem.HandleAsync).AddEndpointFilter<EndedSessions>().WithName("SetCartItem")
            .WithSummary("Set how many of a product are in the cart; more than there are is fine, and the cart says so")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        cart.MapDelete("/items/{productId:guid}", RemoveCartItem.HandleAsync).WithName("RemoveCartItem")
            .WithSummary("Take a product out of the cart");
        cart.MapDelete("/", RemoveCartItem.AllAsync).WithName("ClearCart")
            .WithSummary("Empty the cart");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CartView))]
[JsonSerializable(typeof(CartQuantity))]
internal sealed partial class CartJson : JsonSerializerContext;
