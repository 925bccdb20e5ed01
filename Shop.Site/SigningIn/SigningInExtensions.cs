using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Hosting;
using Shop.Site.Services;

namespace Shop.Site.SigningIn;

/// <summary>
/// Signs people in at Auth. Their tokens are in this site's cookie, encrypted, so that nothing that runs in the browser can read them,
/// and any replica can.
/// </summary>
public static class SigningInExtensions
{
    private static readonly string[] Scopes = ["openid", "profile", "email", "roles", "offline_access"];

    /// <summary>
    /// Adds the sign-in of a site, which is the client <c>shop-</c><paramref name="site"/> of Auth and proves itself with <c>Auth:</c><paramref name="site"/><c>:Secret</c>.
    /// Sites on one host have cookies of their own.
    /// </summary>
    /// <param name="builder">The site.</param>
    /// <param name="site">Its name in settings and cookies: <c>Web</c>.</param>
    public static void AddSigningIn(this WebApplicationBuilder builder, string site)
    {
        var client = "shop-" + site.ToLowerInvariant();
        var issuer = Issuer.Address(builder);
        // Cookies do not tell ports apart, and in Development Auth is on the same host: hence names of our own.
        var https = !builder.Environment.IsDevelopment();
        var (prefix, secure) = https ? ("__Host-", CookieSecurePolicy.Always) : ("", CookieSecurePolicy.SameAsRequest);

        builder.AddCookieKeys(site);
        // Not Strict: the shop opened from another site's link would replace the cookie, and spoil the forms of the tabs that are open.
        builder.Services.AddAntiforgery(antiforgery => Harden(antiforgery.Cookie, "form", SameSiteMode.Lax));
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                // Lax, because people come from Auth, and from links elsewhere, and are still who they are. No form acts on the cookie alone.
                Harden(cookie.Cookie, "session", SameSiteMode.Lax);
                cookie.LoginPath = SignInEndpoints.SignIn;
                cookie.AccessDeniedPath = "/";
                cookie.ReturnUrlParameter = SignInEndpoints.ReturnUrl;
                // Auth says how long a session can last; without its refresh token the cookie is worth ten minutes.
                cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
                cookie.SlidingExpiration = false;
                cookie.EventsType = typeof(TokenRefresh);
            })
            .AddOpenIdConnect(oidc =>
            {
                oidc.Authority = issuer.AbsoluteUri;
                oidc.RequireHttpsMetadata = issuer.Scheme is "https";
                oidc.ClientId = client;
                oidc.ClientSecret = builder.Configuration[$"Auth:{site}:Secret"] is { Length: > 0 } secret
                    ? secret : throw new InvalidOperationException($"Auth:{site}:Secret is missing: what this site proves itself with to Auth.");
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                // The answer comes by GET, so that the cookies of the handshake need not be sent across sites.
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                Harden(oidc.CorrelationCookie, null, SameSiteMode.Lax);
                Harden(oidc.NonceCookie, null, SameSiteMode.Lax);
                oidc.Scope.Clear();
                foreach (var scope in Scopes)
                    oidc.Scope.Add(scope);
                oidc.MapInboundClaims = false;
                oidc.TokenValidationParameters.NameClaimType = "name";
                oidc.TokenValidationParameters.RoleClaimType = "role";
                oidc.SaveTokens = true;
                oidc.Events.OnRedirectToIdentityProvider = Handshakes.ForgetOld;
                oidc.Events.OnRemoteFailure = SignInEndpoints.RecoverAsync;
            });
        builder.Services.AddMemoryCache();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<TokenClient>();
        builder.Services.AddScoped<TokenRefresh>();
        builder.Services.AddHttpClient<AccountClient>(http => http.BaseAddress = issuer).ForwardCaller().Impatient();
        builder.Services.AddShopAuthorization();

        void Harden(CookieBuilder cookie, string? name, SameSiteMode sameSite)
        {
            // The handshake's cookies have names of their own, and end with it.
            cookie.Name = name is null ? cookie.Name : prefix + client + "-" + name;
            cookie.Path = "/";
            cookie.HttpOnly = true;
            cookie.SameSite = sameSite;
            cookie.SecurePolicy = secure;
        }
    }

    /// <summary>
    /// Where replicas share the keys that cookies are encrypted with, and find them again after a restart: a directory. Without one, the
    /// framework chooses a place for this user on this machine; in a container that is lost with it, and people sign in again.
    /// </summary>
    private static void AddCookieKeys(this WebApplicationBuilder builder, string site)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("Shop." + site);
        if (builder.Configuration[site + ":KeyDirectory"] is { Length: > 0 } directory)
            protection.PersistKeysToFileSystem(new(directory));
    }
}
