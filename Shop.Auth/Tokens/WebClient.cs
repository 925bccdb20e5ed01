using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;

namespace Shop.Auth.Tokens;

/// <summary>The storefront, where people sign in with a browser; from <c>Auth:Web</c>.</summary>
/// <param name="Address">Where the storefront is; people are sent back there and nowhere else.</param>
/// <param name="Secret">What the storefront proves with that it is the storefront.</param>
internal sealed record WebClient(Uri Address, string Secret)
{
    public const string Id = "shop-web";

    /// <summary>Null when no storefront is configured.</summary>
    /// <exception cref="InvalidOperationException">It is configured by half, or its address is no URL.</exception>
    public static WebClient? From(IConfiguration configuration)
    {
        var (address, secret) = (configuration["Auth:Web:Address"], configuration["Auth:Web:Secret"]);
        if (string.IsNullOrEmpty(address) && string.IsNullOrEmpty(secret))
        {
            return null;
        }
        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && !string.IsNullOrEmpty(secret)
            ? new(url, secret)
            : throw new InvalidOperationException("Auth:Web needs both: Address, the URL of the storefront, and Secret.");
    }

    public OpenIddictApplicationDescriptor Describe() => new()
    {
        ClientId = Id,
        ClientSecret = Secret,
        ClientType = ClientTypes.Confidential,
        // It is the shop itself, so nobody is asked whether the shop may know who they are.
        ConsentType = ConsentTypes.Implicit,
        DisplayName = "Shop",
        RedirectUris = { new(Address, "/signin-oidc") },
        PostLogoutRedirectUris = { new(Address, "/signout-callback-oidc") },
        Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        Permissions =
        {
            Allowed.Endpoints.Authorization,
            Allowed.Endpoints.Token,
            Allowed.Endpoints.Revocation,
            Allowed.Endpoints.EndSession,
            Allowed.GrantTypes.AuthorizationCode,
            Allowed.GrantTypes.RefreshToken,
            Allowed.ResponseTypes.Code,
            Allowed.Scopes.Email,
            Allowed.Scopes.Profile,
            Allowed.Scopes.Roles,
        },
    };
}
