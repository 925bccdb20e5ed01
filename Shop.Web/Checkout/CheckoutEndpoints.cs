using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Web.Checkout;

/// <summary>The way from a cart to an order.</summary>
internal static class CheckoutEndpoints
{
    /// <summary>The steps: the last part of each one's address, and what it is called.</summary>
    public static readonly IReadOnlyList<(string Name, string Label)> Steps = [("address", "Address"), ("delivery", "Delivery"), ("payment", "Review and pay")];

    /// <summary>Adds what the pages of the checkout need.</summary>
    public static void AddCheckout(this IServiceCollection services)
    {
        services.AddScoped<CheckoutStates>();
        services.AddScoped<Ordering>();
    }

    /// <summary>Maps what is not a page.</summary>
    public static void MapCheckout(this IEndpointRouteBuilder app) =>
        app.MapPost("/checkout/again", AgainAsync).RequireAuthorization().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new TakesForm());

    private static async Task<Results<RedirectHttpResult, NotFound>> AgainAsync([FromForm] Guid? orderId, Ordering ordering) =>
        orderId is { } id && await ordering.AgainAsync(id) ? TypedResults.LocalRedirect("/checkout/payment") : TypedResults.NotFound();
}
