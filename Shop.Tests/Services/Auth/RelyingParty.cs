using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Services.Auth;

/// <summary>
/// A site that knows nothing of this shop: ASP.NET Core's OpenID Connect handler as it comes, with the code flow. It is https,
/// because the handler's cookies are for that only.
/// </summary>
internal sealed class RelyingParty : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RelyingParty(WebApplication app) => _app = app;

    public static async Task<RelyingParty> StartAsync(string authority, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseHttps(Certificate())));
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(options =>
        {
            options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
            options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
        }).AddCookie().AddOpenIdConnect(oidc =>
        {
            oidc.Authority = authority;
            oidc.RequireHttpsMetadata = false;
            oidc.ClientId = "shop-web";
            oidc.ClientSecret = AuthService.WebSecret;
            oidc.ResponseType = "code";
            oidc.SaveTokens = true;
            oidc.GetClaimsFromUserInfoEndpoint = true;
            oidc.Scope.Add("email");
            oidc.Scope.Add("offline_access");
        });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/", (HttpContext http) => http.User.Identity!.IsAuthenticated ? "somebody" : "nobody");
        app.MapGet("/private", async (HttpContext http, ClaimsPrincipal user) => Results.Json(new
        {
            claims = user.Claims.GroupBy(claim => claim.Type).ToDictionary(group => group.Key, group => group.First().Value),
            refreshToken = await http.GetTokenAsync("refresh_token"),
            accessToken = await http.GetTokenAsync("access_token"),
            idToken = await http.GetTokenAsync("id_token"),
        })).RequireAuthorization();
        app.MapGet("/logout", () => Results.SignOut(new() { RedirectUri = "/" }, [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
