using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Tests.Services;

/// <summary>
/// An issuer of access tokens on loopback with a discovery document and keys, as Auth has them, for tests of the services that
/// only check tokens. Give its <see cref="Url"/> to the service as <c>Auth:Issuer</c>.
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SecurityKey> _published = [];
    private readonly ConcurrentDictionary<string, string[]?> _changed = [];

    private TestIssuer(WebApplication app)
    {
        _app = app;
        Rotate();
    }

    /// <summary>The issuer's address, without a slash at the end.</summary>
    public string Url => _app.Urls.First();

    /// <summary>The key that tokens are signed with now.</summary>
    public ECDsaSecurityKey Key { get; private set; } = null!;

    /// <summary>Starts an issuer on a free port.</summary>
    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var issuer = new TestIssuer(builder.Build());
        issuer.Map();
        await issuer._app.StartAsync();
        return issuer;
    }

    /// <summary>Publishes a new key beside the old ones, and signs with it from now on.</summary>
    public void Rotate()
    {
        Key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Guid.NewGuid().ToString("N") };
        lock (_published)
            _published.Add(Key);
    }

    /// <summary>An access token as Auth makes them.</summary>
    public string Token(Guid user, params string[] permissions) => Token(user, permissions, _ => { });

    /// <summary>An access token that <paramref name="change"/> has spoilt, say.</summary>
    public string Token(Guid user, string[] permissions, Action<SecurityTokenDescriptor> change)
    {
        var token = new SecurityTokenDescriptor
        {
            Issuer = Url + "/",
            Audience = "shop",
            TokenType = "at+jwt",
            Expires = DateTime.UtcNow.AddMinutes(10),
            SigningCredentials = new(Key, SecurityAlgorithms.EcdsaSha256),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user.ToString(),
                ["email"] = $"{user:N}@shop.test",
                ["name"] = "Someone",
                ["role"] = new[] { "customer" },
                ["permission"] = permissions,
            },
        };
        change(token);
        return new JsonWebTokenHandler().CreateToken(token);
    }

    /// <summary>Gives the user these permissions, whatever their tokens say: what Auth answers after a role was changed.</summary>
    public void Permit(Guid user, params string[] permissions) => _changed[user.ToString()] = permissions;

    /// <summary>Locks the user: their tokens are good still, but Auth no longer answers for them.</summary>
    public void Lock(Guid user) => _changed[user.ToString()] = null;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text(
            $$"""{"issuer": "{{Url}}/", "jwks_uri": "{{Url}}/jwks"}""", "application/json"));
        _app.MapGet("/me/access", (HttpRequest request) =>
        {
            var token = new JsonWebToken(AuthenticationHeaderValue.Parse(request.Headers.Authorization!).Parameter);
            return _changed.TryGetValue(token.Subject, out var permissions) && permissions is null
                ? Results.Unauthorized()
                : Results.Json(new { permissions = permissions ?? token.Claims.Where(claim => claim.Type == "permission").Select(claim => claim.Value) });
        });
        _app.MapGet("/jwks", () =>
        {
            lock (_published)
            {
                var keys = _published.Select(key => JsonWebKeyConverter.ConvertFromSecurityKey(key))
                    .Select(key => $$"""{"kty": "{{key.Kty}}", "crv": "{{key.Crv}}", "x": "{{key.X}}", "y": "{{key.Y}}", "kid": "{{key.Kid}}", "use": "sig"}""");
                return Results.Text($$"""{"keys": [{{string.Join(',', keys)}}]}""", "application/json");
            }
        });
    }
}
