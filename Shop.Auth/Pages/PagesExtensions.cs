using Shop.ServiceDefaults.Access;
using Shop.Ui;

namespace Shop.Auth.Pages;

internal static class PagesExtensions
{
    /// <summary>Adds what every page needs: components, antiforgery, headers and errors shown as pages.</summary>
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents();
        builder.Services.AddLanguages();
        builder.Services.AddAntiforgery(antiforgery => UseShopCookie(antiforgery.Cookie, "form", builder));
        builder.Services.AddSingleton<PageHeaders>();
        // The first writer that can write does, so this one has to stand before the default.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPage>());
    }

    /// <summary>Settings that all cookies of these pages share. Cookies ignore ports, so the names differ from the storefront's on the same host.</summary>
    public static void UseShopCookie(CookieBuilder cookie, string name, WebApplicationBuilder builder)
    {
        var https = Issuer.Address(builder).Scheme is "https";
        cookie.Name = (https ? "__Host-" : "") + "shop-auth-" + name;
        cookie.Path = "/";
        cookie.HttpOnly = true;
        // With Strict, arriving here from the storefront in another tab would replace the antiforgery cookie and break the form in the first tab.
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
    }
}
