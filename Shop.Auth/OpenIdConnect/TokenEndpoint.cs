using System.Text.Json.Serialization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.SigningIn;
using Shop.Auth.SigningIn.TwoFactor;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.OpenIdConnect;

/// <summary>
/// Decides whether tokens are issued, after OpenIddict has validated client, grant and refresh token. Only requests with an allowed grant reach this.
/// </summary>
internal static class TokenEndpoint
{
    /// <summary>The parameter for the code of a user with a second factor, next to the password.</summary>
    private const string Code = "otp";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void MapToken(this IEndpointRouteBuilder app) => app.MapPost("/connect/token", ExchangeAsync)
        .WithName("GetToken")
        .WithTags("Tokens")
        .WithSummary("Exchanges a code, a refresh token, a client's secret or (in Development) a password for an access token (OAuth 2)")
        .AllowAnonymous()
        // Repeated parameters are reported as an OAuth error.
        .WithMetadata(new RepeatsAllowed())
        .Accepts<TokenRequest>("application/x-www-form-urlencoded")
        .Produces<TokenAnswer>()
        .Produces<TokenError>(StatusCodes.Status400BadRequest)
        .Produces<TokenError>(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<SignInHttpResult, ForbidHttpResult>> ExchangeAsync(HttpContext http, SignIn signIn, TokenContent content, SecondFactor second, CancellationToken cancellationToken)
    {
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not process this request.");
        if (request.IsPasswordGrantType())
        {
            if (await signIn.FindAsync(request.Username!, request.Password!, http) is not { } owner)
                return Refuse("The e-mail address or the password is wrong.");
            if (owner.TwoFactorEnabled && (string?)request[Code] is var code && (string.IsNullOrEmpty(code) || !await second.VerifySignInAsync(owner, code, http)))
                return Refuse(string.IsNullOrEmpty(code) ? "A code is required." : "The code is wrong.");
            return await content.ByPasswordAsync(owner, request.ClientId!, request.GetScopes(), cancellationToken) is { } user
                ? TypedResults.SignIn(user, authenticationScheme: Scheme)
                : Refuse("The e-mail address or the password is wrong.");
        }
        if (request.IsAuthorizationCodeGrantType() || request.IsRefreshTokenGrantType())
        {
            var token = (await http.AuthenticateAsync(Scheme)).Principal ?? throw new InvalidOperationException("OpenIddict accepted no token.");
            return await content.ByTokenAsync(token, request.ClientId!, cancellationToken) is { } user
                ? TypedResults.SignIn(user, authenticationScheme: Scheme)
                : Refuse("The session has ended.");
        }
        if (request.IsClientCredentialsGrantType())
            return TypedResults.SignIn(await content.ByClientAsync(request.ClientId!, cancellationToken), authenticationScheme: Scheme);
        throw new InvalidOperationException($"The grant '{request.GrantType}' is allowed, but nothing handles it.");
    }

    private static ForbidHttpResult Refuse(string why) => TypedResults.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = why,
        }),
        [Scheme]);

    private sealed record TokenRequest(
        [property: JsonPropertyName("grant_type")] string GrantType,
        [property: JsonPropertyName("client_id")] string? ClientId = null,
        [property: JsonPropertyName("client_secret")] string? ClientSecret = null,
        string? Code = null,
        [property: JsonPropertyName("code_verifier")] string? CodeVerifier = null,
        [property: JsonPropertyName("redirect_uri")] string? RedirectUri = null,
        string? Username = null,
        string? Password = null,
        string? Otp = null,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken = null,
        string? Scope = null);

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        string? Scope = null,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken = null,
        [property: JsonPropertyName("id_token")] string? IdToken = null);

    private sealed record TokenError(
        string Error,
        [property: JsonPropertyName("error_description")] string? ErrorDescription = null);
}
