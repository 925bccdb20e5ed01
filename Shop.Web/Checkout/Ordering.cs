using System.Net;
using System.Text.Json;
using Shop.ServiceDefaults.Lists;
using Shop.Site.Services;
using Shop.Web.Cart;

namespace Shop.Web.Checkout;

/// <summary>Places the order that was reviewed.</summary>
internal sealed class Ordering(ProductApi product, Carts carts, CheckoutStates states)
{
    /// <summary>What there is to choose from.</summary>
    public async Task<IReadOnlyList<DeliveryMethod>> MethodsAsync() => (await product.GetAsync<Page<DeliveryMethod>>("/delivery-methods")).Items;

    /// <summary>The order that this checkout has become, while its payment is still open; null when there is none.</summary>
    public async Task<PlacedOrder?> OpenOrderAsync(CheckoutState state) =>
        state.Order is { } number && await FindAsync(number) is { Status: "pending" } open ? open : null;

    /// <summary>Sends the order. The key makes it the same order each time it comes.</summary>
    /// <param name="state">Where it goes.</param>
    /// <param name="key">The key of the form, which may be older than the state's.</param>
    /// <param name="review">What was agreed to.</param>
    /// <param name="paymentToken">The card.</param>
    /// <exception cref="ServiceDefaults.Errors.UnavailableException">Whether it was placed is not known; the same key tells.</exception>
    public async Task<Answer<PlacedOrder>> PlaceAsync(CheckoutState state, string key, Review review, string paymentToken)
    {
        var answer = await product.SendAsync<PlacedOrder>(HttpMethod.Post, "/orders", new
        {
            Items = review.Lines.Select(line => new { line.ProductId, line.Quantity }),
            PaymentToken = paymentToken,
            ExpectedTotal = review.Total,
            Delivery = new { state.Method, AddressId = state.Address },
        }, key);
        // The key has bought something else: this form was sent before, with another card, say.
        if (answer.Status is HttpStatusCode.UnprocessableEntity && await (state.Order is { } number ? FindAsync(number) : LatestAsync()) is { } latest)
            return new(HttpStatusCode.Accepted, latest, null);
        return answer;
    }

    /// <summary>Puts what an order had into the cart, and begins another checkout.</summary>
    /// <returns>False when there is no such order.</returns>
    public async Task<bool> AgainAsync(Guid id)
    {
        if (await product.FindAsync<PlacedOrder>($"/orders/{id}") is not { } order)
            return false;
        var cart = await carts.ReadAsync();
        foreach (var line in order.Items.Where(line => (cart.Items.FirstOrDefault(there => there.ProductId == line.ProductId)?.Quantity ?? 0) < line.Quantity))
            await carts.SetAsync(line.ProductId, line.Quantity);
        states.Save(states.Read().Again());
        return true;
    }

    private Task<PlacedOrder?> FindAsync(long number) => FirstAsync($"/orders?number={number}");

    private Task<PlacedOrder?> LatestAsync() => FirstAsync("/orders?limit=1");

    private async Task<PlacedOrder?> FirstAsync(string list) => (await product.GetAsync<Page<PlacedOrder>>(list)).Items is [var first, ..] ? first : null;
}

/// <summary>What Product says of an order that it refused.</summary>
internal static class Refusals
{
    /// <summary>How many of each product there are, of those that there are not enough of.</summary>
    public static Dictionary<Guid, int> Shortages(this Problem problem) =>
        !problem.More.TryGetValue("products", out var products) || products.ValueKind is not JsonValueKind.Array
            ? []
            : products.EnumerateArray().ToDictionary(
                one => one.GetProperty("id").GetGuid(),
                one => one.TryGetProperty("available", out var available) ? available.GetInt32() : 0);
}
