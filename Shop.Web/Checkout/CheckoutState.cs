using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Shop.Web.Checkout;

/// <summary>How far somebody is on the way to an order. It is in a cookie, so that it outlives a session, a tab and a restart of this site.</summary>
/// <param name="Customer">Whose it is.</param>
/// <param name="Key">What makes the order one order, however often it is sent.</param>
/// <param name="Address">The saved address it goes to; null: not chosen yet.</param>
/// <param name="Method">The way it is delivered; null: not chosen yet.</param>
/// <param name="Order">The number of the order that it has become; null: none yet.</param>
internal sealed record CheckoutState(string Customer, string Key, Guid? Address = null, string? Method = null, long? Order = null)
{
    /// <summary>A way to another order, with the same address and delivery.</summary>
    public CheckoutState Again() => this with { Key = NewKey(), Order = null };

    public static string NewKey() => Guid.CreateVersion7().ToString();
}

/// <summary>Keeps a <see cref="CheckoutState"/> in the visitor's browser.</summary>
internal sealed class CheckoutStates(IDataProtectionProvider protection, IHttpContextAccessor visitor, IHostEnvironment environment, ILogger<CheckoutStates> logger)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Web.Checkout");

    private string CookieName => environment.IsDevelopment() ? "shop-web-checkout" : "__Host-shop-web-checkout";

    private HttpContext Http => visitor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    private string Customer => Http.User.FindFirstValue("sub") ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>Where the customer is; at the start, if they were nowhere or the cookie is somebody else's.</summary>
    public CheckoutState Read() => Find() is { } state && state.Customer == Customer ? state : Save(new(Customer, CheckoutState.NewKey()));

    /// <summary>Keeps it.</summary>
    public CheckoutState Save(CheckoutState state)
    {
        Http.Response.Cookies.Append(CookieName, _protector.Protect(JsonSerializer.Serialize(state)), new()
        {
            MaxAge = TimeSpan.FromDays(1),
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = !environment.IsDevelopment() || Http.Request.IsHttps,
            IsEssential = true,
        });
        return state;
    }

    private CheckoutState? Find()
    {
        if (Http.Request.Cookies[CookieName] is not { Length: > 0 } cookie)
            return null;
        try
        {
            return JsonSerializer.Deserialize<CheckoutState>(_protector.Unprotect(cookie));
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or JsonException)
        {
            logger.LogInformation("A checkout cannot be read and begins anew: {Reason}", unreadable.Message);
            return null;
        }
    }
}
