using System.Text.Json.Serialization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.OpenIdConnect;

/// <summary>
/// The OpenID Connect endpoints. OpenIddict has validated the request before (client, redirect address, code challenge, token) and writes the response.
/// </summary>
internal static class UserInfoAndLogout
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void MapUserInfoAndLogout(this IEndpointRouteBuilder app)
    {
        var connect = app.MapGroup("/connect").WithTags("Tokens").AllowAnonymous().WithMetadata(new RepeatsAllowed());
        connect.MapMethods("/authorize", [HttpMethods.Get, HttpMethods.Post], (HttpContext http, AuthorizeEndpoint authorize) => authorize.AnswerAsync(http))
            .WithMetadata(new ForPeople())
            .WithSummary("Starts a sign-in with a browser: answers the client with a code (OAuth 2, with PKCE)")
            .Produces(StatusCodes.Status302Found).Produces(StatusCodes.Status400BadRequest);
        connect.MapMethods("/userinfo", [HttpMethods.Get, HttpMethods.Post], UserInfoAsync)
            .WithSummary("What the access token's scopes let its client know of the user (OpenID Connect)")
            .Produces(StatusCodes.Status401Unauthorized);
        connect.MapMethods("/logout", [HttpMethods.Get, HttpMethods.Post], LogoutAsync)
            .WithMetadata(new ForPeople())
            .WithSummary("Ends the session that an id token belongs to (OpenID Connect RP-Initiated Logout)")
            .Produces(StatusCodes.Status302Found).Produces(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<UserInfo>, ChallengeHttpResult>> UserInfoAsync(HttpContext http, AuthDb db, CancellationToken cancellationToken)
    {
        var token = (await http.AuthenticateAsync(Scheme)).Principal ?? throw new InvalidOperationException("OpenIddict accepted no token.");
        if (!Guid.TryParse(token.GetClaim(Claims.Subject), out var id) || await Account.ReadAsync(db, id, cancellationToken) is not { } account)
        {
            // A client's own token, or one that outlived its account.
            return TypedResults.Challenge(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidToken,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "The token is not a user's.",
                }),
                [Scheme]);
        }
        return TypedResults.Ok(new UserInfo(
            account.Id,
            token.HasScope(Scopes.Email) ? account.Email : null,
            token.HasScope(Scopes.Email) ? account.EmailVerified : null,
            token.HasScope(Scopes.Profile) ? account.DisplayName ?? (token.HasScope(Scopes.Email) ? account.Email : null) : null,
            token.HasScope(Scopes.Roles) ? account.Roles : null));
    }

    /// <summary>
    /// With an id token, the client that signed the user in also asks to sign them out. Without one, any site's link might have led here, so the user is asked.
    /// </summary>
    private static async Task<Results<SignOutHttpResult, RedirectHttpResult>> LogoutAsync(
        HttpContext http, BrowserSessions browser, UserSessions sessions, CancellationToken cancellationToken)
    {
        var current = await browser.FindAsync(http, cancellationToken);
        if ((await http.AuthenticateAsync(Scheme)).Principal?.GetAuthorizationId() is { } hinted)
        {
            var session = Guid.Parse(hinted);
            await sessions.EndAsync(session, cancellationToken);
            if (current?.Id == session)
                await BrowserSessions.DeleteCookieAsync(http);
        }
        else if (current is not null)
        {
            return TypedResults.Redirect(SignInPages.SignOutAddress(RequestProofs.Address(http.Request.Path, Request(http))));
        }
        return TypedResults.SignOut(new AuthenticationProperties { RedirectUri = SignInPages.SignedOut }, [Scheme]);
    }

    private static OpenIddictRequest Request(HttpContext http) =>
        http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not process this request.");

    /// <param name="Sub">The user's id.</param>
    /// <param name="Email">With the scope <c>email</c>.</param>
    /// <param name="EmailVerified">Whether the user confirmed the address; with the scope <c>email</c>.</param>
    /// <param name="Name">With the scope <c>profile</c>.</param>
    /// <param name="Role">With the scope <c>roles</c>.</param>
    private sealed record UserInfo(Guid Sub,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyName("email_verified")] bool? EmailVerified,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Role);
}
