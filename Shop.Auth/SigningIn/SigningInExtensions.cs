using Microsoft.AspNetCore.Authentication.Cookies;
using Shop.Auth.Tokens;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.SigningIn;

internal static class SigningInExtensions
{
    public static void AddSigningIn(this WebApplicationBuilder builder)
    {
        var https = Issuer.Address(builder).Scheme is "https";
        var secure = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        builder.Services.AddRazorComponents();
        builder.Services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = CookieName("form");
            antiforgery.Cookie.Path = "/";
            // Not Strict: another tab that comes here from the storefront would replace the cookie, and spoil the form in this one.
            antiforgery.Cookie.SameSite = SameSiteMode.Lax;
            antiforgery.Cookie.SecurePolicy = secure;
        });
        builder.Services.AddAuthentication().AddCookie(CookieAuthenticationDefaults.AuthenticationScheme, cookie =>
        {
            cookie.Cookie.Name = CookieName("session");
            cookie.Cookie.Path = "/";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = secure;
            cookie.ExpireTimeSpan = SessionTokens.Lifetime;
            cookie.SlidingExpiration = false;
        });
        builder.Services.AddScoped<BrowserSessions>();
        builder.Services.AddSingleton<PageHeaders>();
        // Before the writer of the defaults, because the first one that can write does.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPage>());

        // Cookies do not tell ports apart, and in Development the storefront is on the same host: hence names of our own.
        string CookieName(string name) => (https ? "__Host-" : "") + "shop-auth-" + name;
    }
}
