using Shop.ServiceDefaults.Errors;
using Shop.Site.Services;
using Shop.Web.Catalog;

namespace Shop.Web.Cart;

/// <summary>
/// The cart of whoever is here: that of their account, or a visitor's. What a visitor put in is moved into the account's as soon as they are
/// signed in and Product is there.
/// </summary>
internal sealed class Carts(ProductApi product, CatalogClient catalog, VisitorCart visitor, IHttpContextAccessor http)
{
    private HttpContext Http => http.HttpContext ?? throw new InvalidOperationException("There is no request.");

    private bool IsSignedIn => Http.User.Identity?.IsAuthenticated is true;

    /// <summary>The cart with the prices and the stock of this moment.</summary>
    /// <exception cref="UnavailableException">Product is away.</exception>
    public async Task<CartView> ReadAsync()
    {
        if (!IsSignedIn)
            return await PriceAsync(visitor.Items);
        var cart = await product.GetAsync<CartView>("/cart");
        return visitor.Items.Count == 0 ? cart : await MergeAsync(cart);
    }

    /// <summary>How many pieces are in the cart; null when that cannot be said now.</summary>
    public async Task<int?> CountAsync()
    {
        var waiting = visitor.Items.Sum(item => item.Quantity);
        if (!IsSignedIn)
            return waiting;
        try
        {
            return waiting + (await product.GetAsync<CartView>("/cart")).Count;
        }
        // Every page shows the count, those that need neither Product nor a session, too.
        catch (Exception unknown) when (unknown is UnavailableException or SignedOutException)
        {
            return null;
        }
    }

    /// <summary>Puts more of a product in.</summary>
    /// <returns>False when the cart takes no more of it, or no other product.</returns>
    public async Task<bool> AddAsync(Guid productId, int quantity)
    {
        if (IsSignedIn)
        {
            try
            {
                var cart = await ReadAsync();
                return await SetAsync(productId, quantity + (cart.Items.FirstOrDefault(line => line.ProductId == productId)?.Quantity ?? 0));
            }
            catch (UnavailableException)
            {
                // It waits in the cookie, as a visitor's does.
            }
        }
        var more = quantity + (visitor.Items.FirstOrDefault(item => item.ProductId == productId)?.Quantity ?? 0);
        return more <= Quantity.Most && visitor.Set(productId, more);
    }

    /// <summary>Sets how many of a product are wanted; 0 takes it out.</summary>
    /// <returns>False when the cart does not take that many.</returns>
    /// <exception cref="UnavailableException">Product is away.</exception>
    public async Task<bool> SetAsync(Guid productId, int quantity)
    {
        if (quantity is < 0 or > Quantity.Most)
            return false;
        if (!IsSignedIn)
            return visitor.Set(productId, quantity);
        var answer = quantity == 0
            ? await product.SendAsync<CartView>(HttpMethod.Delete, $"/cart/items/{productId}")
            : await product.SendAsync<CartView>(HttpMethod.Put, $"/cart/items/{productId}", new { quantity });
        return answer.Done;
    }

    /// <remarks>The larger quantity counts: adding them up would surprise who signs in with the same things in both. What is not for sale any more is dropped.</remarks>
    private async Task<CartView> MergeAsync(CartView cart)
    {
        foreach (var item in visitor.Items)
        {
            if (cart.Items.FirstOrDefault(line => line.ProductId == item.ProductId)?.Quantity is not { } there || there < item.Quantity)
                await product.SendAsync<CartView>(HttpMethod.Put, $"/cart/items/{item.ProductId}", new { item.Quantity });
        }
        visitor.Clear();
        return await product.GetAsync<CartView>("/cart");
    }

    private async Task<CartView> PriceAsync(IReadOnlyList<CartItem> items)
    {
        var products = await Task.WhenAll(items.Select(item => catalog.GetAsync(item.ProductId, Http.RequestAborted)));
        var lines = items.Zip(products)
            .Where(pair => pair.Second is not null)
            .Select(pair => Line(pair.First, pair.Second!))
            .ToList();
        // What is gone for good is taken out, so that it cannot be counted and not be shown.
        foreach (var gone in items.Where(item => lines.All(line => line.ProductId != item.ProductId)))
            visitor.Set(gone.ProductId, 0);
        return new(lines, lines.Count == 0 ? null : new(lines.Sum(line => line.LineTotal.Amount), lines[0].UnitPrice.Currency));
    }

    private static CartLine Line(CartItem item, ProductDetails product) => new(
        item.ProductId, product.Slug, product.Name, product.ImageUrl, item.Quantity, product.Price,
        product.Price with { Amount = product.Price.Amount * item.Quantity }, product.Stock);
}
