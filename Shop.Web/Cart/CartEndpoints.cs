using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Web.Cart;

/// <summary>What the forms of the cart do. Each leads to a page that says what came of it, so that a reload repeats nothing.</summary>
internal static class CartEndpoints
{
    /// <summary>Adds the cart.</summary>
    public static void AddCart(this IServiceCollection services)
    {
        services.AddScoped<VisitorCart>();
        services.AddScoped<Carts>();
    }

    /// <summary>Maps the forms.</summary>
    public static void MapCart(this IEndpointRouteBuilder app)
    {
        var cart = app.MapGroup("/cart").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new TakesForm());
        cart.MapPost("/items", AddAsync);
        cart.MapPost("/quantity", ChangeAsync);
        cart.MapPost("/remove", RemoveAsync);
    }

    private static async Task<RedirectHttpResult> AddAsync([FromForm] Guid? productId, [FromForm] string? quantity, Carts carts)
    {
        var added = productId is { } id && Parse(quantity) is > 0 and var count && await carts.AddAsync(id, count);
        return TypedResults.LocalRedirect(added ? $"/cart?added={productId}" : "/cart?refused=true");
    }

    private static async Task<RedirectHttpResult> ChangeAsync([FromForm] Guid? productId, [FromForm] string? quantity, [FromForm] string? returnUrl, Carts carts)
    {
        var changed = productId is { } id && Parse(quantity) is { } count && await carts.SetAsync(id, count);
        return TypedResults.LocalRedirect(changed ? LocalAddress.Checked(returnUrl, maxLength: 200) ?? "/cart" : "/cart?refused=true");
    }

    private static async Task<RedirectHttpResult> RemoveAsync([FromForm] Guid? productId, [FromForm] string? returnUrl, Carts carts)
    {
        var line = productId is { } id ? (await carts.ReadAsync()).Items.FirstOrDefault(line => line.ProductId == id) : null;
        if (line is null)
            return TypedResults.LocalRedirect("/cart");
        await carts.SetAsync(line.ProductId, 0);
        return TypedResults.LocalRedirect(LocalAddress.Checked(returnUrl, maxLength: 200) ?? QueryHelpers.AddQueryString("/cart", new Dictionary<string, string?>
        {
            ["removed"] = line.ProductId.ToString(),
            ["quantity"] = line.Quantity.ToString(CultureInfo.InvariantCulture),
        }));
    }

    private static int? Parse(string? quantity) =>
        int.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
