using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Shop.Web.Cart;

/// <summary>The cart of somebody who is not signed in, in a cookie that only this site can read or write. Signing in moves it into the account's.</summary>
internal sealed class VisitorCart(IDataProtectionProvider protection, IHttpContextAccessor visitor, IHostEnvironment environment, ILogger<VisitorCart> logger)
{
    /// <summary>A line is 20 bytes; with more lines than this the cookie would come near the 4 KB that browsers keep.</summary>
    private const int MostLines = 50;

    private const int LineSize = 16 + sizeof(int);

    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Web.Cart");
    private List<CartItem>? _written;

    private string CookieName => environment.IsDevelopment() ? "shop-web-cart" : "__Host-shop-web-cart";

    private HttpContext Http => visitor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    /// <summary>What is in it, in the order in which it was put in.</summary>
    public IReadOnlyList<CartItem> Items => _written ?? Read();

    /// <summary>Puts a quantity of a product in, in the place of what was there; 0 takes it out.</summary>
    /// <returns>False when there is no room for another product.</returns>
    public bool Set(Guid productId, int quantity)
    {
        var items = Items.ToList();
        var at = items.FindIndex(item => item.ProductId == productId);
        if (quantity == 0)
            items.RemoveAll(item => item.ProductId == productId);
        else if (at >= 0)
            items[at] = new(productId, quantity);
        else if (items.Count < MostLines)
            items.Add(new(productId, quantity));
        else
            return false;
        Write(items);
        return true;
    }

    /// <summary>Empties it.</summary>
    public void Clear() => Write([]);

    private void Write(List<CartItem> items)
    {
        _written = items;
        var options = new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(30),
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = !environment.IsDevelopment() || Http.Request.IsHttps,
            IsEssential = true,
        };
        if (items.Count == 0)
        {
            Http.Response.Cookies.Delete(CookieName, options);
            return;
        }
        var content = new byte[items.Count * LineSize];
        foreach (var (i, item) in items.Index())
        {
            item.ProductId.TryWriteBytes(content.AsSpan(i * LineSize));
            BitConverter.TryWriteBytes(content.AsSpan(i * LineSize + 16), item.Quantity);
        }
        Http.Response.Cookies.Append(CookieName, Base64Url.EncodeToString(_protector.Protect(content)), options);
    }

    private List<CartItem> Read()
    {
        if (Http.Request.Cookies[CookieName] is not { Length: > 0 } cookie)
            return [];
        try
        {
            var content = _protector.Unprotect(Base64Url.DecodeFromChars(cookie));
            return [.. Enumerable.Range(0, content.Length / LineSize).Select(i => new CartItem(
                new Guid(content.AsSpan(i * LineSize, 16)), BitConverter.ToInt32(content, i * LineSize + 16)))];
        }
        // Written by somebody else, or with keys that are gone: an empty cart is all that can be made of it.
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            logger.LogInformation("A visitor's cart cannot be read: {Reason}", unreadable.Message);
            return [];
        }
    }
}

/// <summary>What somebody put into a cart.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">How many.</param>
internal sealed record CartItem(Guid ProductId, int Quantity);
