using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Site.SigningIn;

/// <summary>Before a page is made, or a form taken, for somebody whose access token is about to end, gets new tokens; where Auth gives none, they are signed out.</summary>
public sealed class TokenRefresh(TokenClient tokens, TimeProvider clock, ILogger<TokenRefresh> logger) : CookieAuthenticationEvents
{
    private const string ExpiresAt = "expires_at";

    /// <summary>Before the end, so that the token outlives the request.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>The claims of an id token that say who it is; the others are about the token.</summary>
    private static readonly string[] Who = ["sub", "name", "email", "role"];

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata is not { } what || (what.GetMetadata<ComponentTypeMetadata>() is null && what.GetMetadata<TakesForm>() is null) || !IsDue(context.Properties))
            return;
        try
        {
            var refreshed = context.Properties.GetTokenValue(OpenIdConnectParameterNames.RefreshToken) is { } token ? await tokens.RefreshAsync(token) : null;
            if (refreshed is null)
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(context.Scheme.Name);
                return;
            }
            context.ReplacePrincipal(Principal(refreshed.IdToken, context.Scheme.Name));
            context.Properties.StoreTokens(
            [
                new() { Name = OpenIdConnectParameterNames.AccessToken, Value = refreshed.AccessToken },
                new() { Name = OpenIdConnectParameterNames.RefreshToken, Value = refreshed.RefreshToken },
                new() { Name = OpenIdConnectParameterNames.IdToken, Value = refreshed.IdToken },
                new() { Name = ExpiresAt, Value = (clock.GetUtcNow() + TimeSpan.FromSeconds(refreshed.ExpiresIn)).ToString("o", CultureInfo.InvariantCulture) },
            ]);
            context.ShouldRenew = true;
        }
        catch (UnavailableException away)
        {
            // They stay signed in; what needs the token will say that it cannot be had.
            logger.LogWarning("Tokens could not be refreshed: {Reason}", away.Message);
        }
    }

    private bool IsDue(AuthenticationProperties properties) =>
        !DateTimeOffset.TryParse(properties.GetTokenValue(ExpiresAt), CultureInfo.InvariantCulture, out var end) || clock.GetUtcNow() >= end - Early;

    /// <summary>The token came straight from Auth, over a connection of our own; its signature would tell nothing more (OpenID Connect Core 3.1.3.7).</summary>
    private static ClaimsPrincipal Principal(string idToken, string scheme) =>
        new(new ClaimsIdentity(new JsonWebToken(idToken).Claims.Where(claim => Who.Contains(claim.Type)), scheme, "name", "role"));
}
