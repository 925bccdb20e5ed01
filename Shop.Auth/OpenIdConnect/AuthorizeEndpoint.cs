using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.OpenIdConnect.Consent;
using Shop.Auth.SigningIn;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.OpenIdConnect;

/// <summary>
/// Where a client sends a browser for a code. OpenIddict has validated the request (client, redirect address, code challenge) and writes the response. This decides
/// whether the user first has to sign in or to consent.
/// </summary>
internal sealed class AuthorizeEndpoint(
    BrowserSessions browser, TokenContent content, RequestProofs proofs, Consents consents, TimeProvider clock)
{
    /// <summary>A value of <c>prompt</c>.</summary>
    public const string Create = "create";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public async Task<Results<SignInHttpResult, RedirectHttpResult, ForbidHttpResult>> AnswerAsync(HttpContext http)
    {
        var cancellationToken = http.RequestAborted;
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not process this request.");
        var hinted = (await http.AuthenticateAsync(Scheme)).Principal?.GetClaim(Claims.Subject);
        var session = await browser.FindAsync(http, cancellationToken);

        if (session is null || HasToSignIn(request, session, hinted) || await PrincipalAsync(request, session, cancellationToken) is not { } user)
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "The user has to sign in.")
                : TypedResults.Redirect(Address(proofs.AskedToSignIn(http.Request.Path, request, session)));

            // "Initiating User Registration via OpenID Connect": the page for a new account comes first, from which the other can be reached.
            string Address(string returnUrl) =>
                request.HasPromptValue(Create) ? "/sign-up" + QueryString.Create("returnUrl", returnUrl) : SignInPages.SignInAddress(returnUrl);
        }
        // With an id token hint that names nobody, it is unknown whether the signed-in user is meant. Without prompt=none the user can see for themselves.
        if (hinted is not null && hinted != session.User.ToString()
            || hinted is null && !string.IsNullOrEmpty(request.IdTokenHint) && request.HasPromptValue(PromptValues.None))
        {
            return Refuse(Errors.LoginRequired, "Another user than the expected one is signed in.");
        }
        return proofs.Answer(request, session) switch
        {
            ProofOf.ConsentGiven => TypedResults.SignIn(user, authenticationScheme: Scheme),
            ProofOf.ConsentDenied => Refuse(Errors.AccessDenied, "The user does not agree."),
            _ when !request.HasPromptValue(PromptValues.Consent) && await consents.IsGivenAsync(session.User, request.ClientId!, request.GetScopes(), cancellationToken) =>
                TypedResults.SignIn(user, authenticationScheme: Scheme),
            _ when request.HasPromptValue(PromptValues.None) => Refuse(Errors.ConsentRequired, "The user has to agree."),
            _ => TypedResults.Redirect(ConsentPages.Location(http.Request.Path, request)),
        };
    }

    /// <summary>Null when the user may no longer be signed in.</summary>
    private Task<ClaimsPrincipal?> PrincipalAsync(OpenIddictRequest request, BrowserSession session, CancellationToken cancellationToken) =>
        content.ByBrowserAsync(session, request.ClientId!, request.GetScopes(), cancellationToken);

    /// <summary>False once the user has signed in because of this very request.</summary>
    private bool HasToSignIn(OpenIddictRequest request, BrowserSession session, string? hinted)
    {
        var asked = request.HasPromptValue(PromptValues.Login) || request.HasPromptValue(PromptValues.SelectAccount)
            || hinted is not null && hinted != session.User.ToString();
        var tooOld = request.MaxAge is { } most && (clock.GetUtcNow() - session.Since).TotalSeconds > most;
        return asked && !proofs.HasSignedIn(request, session) || tooOld && !proofs.HasJustSignedIn(request, session);
    }

    private static ForbidHttpResult Refuse(string error, string why) => TypedResults.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = why,
        }),
        [Scheme]);
}
