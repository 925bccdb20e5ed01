using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Applications;
using Shop.Auth.SigningIn;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>
/// Where a client sends a browser for a code. OpenIddict has checked the request (client, redirect address, code challenge) and writes the answer;
/// whether the person has to sign in first, or to agree, is decided here.
/// </summary>
internal sealed class AuthorizeEndpoint(
    BrowserSessions browser, SignIn signIn, RequestProofs proofs, Consents consents, TimeProvider clock)
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public async Task<Results<SignInHttpResult, RedirectHttpResult, ForbidHttpResult>> AnswerAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not see this request.");
        var hinted = (await http.AuthenticateAsync(Scheme)).Principal?.GetClaim(Claims.Subject);
        var session = await browser.FindAsync(http, cancel);

        if (session is null || HasToSignIn(request, session, hinted) || await PrincipalAsync(request, session, cancel) is not { } user)
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "The user has to sign in.")
                : TypedResults.Redirect(SignInPages.SignInAddress(proofs.AskedToSignIn(http.Request.Path, request, session)));
        }
        // With a hint that says nothing, whoever is signed in is not known to be who is meant; a person who is asked can see who they are.
        if (hinted is not null && hinted != session.User.ToString()
            || hinted is null && !string.IsNullOrEmpty(request.IdTokenHint) && request.HasPromptValue(PromptValues.None))
        {
            return Refuse(Errors.LoginRequired, "Another user than the expected one is signed in.");
        }
        return proofs.Answer(request, session) switch
        {
            ProofOf.ConsentGiven => TypedResults.SignIn(user, authenticationScheme: Scheme),
            ProofOf.ConsentDenied => Refuse(Errors.AccessDenied, "The user does not agree."),
            _ when !request.HasPromptValue(PromptValues.Consent) && await consents.IsGivenAsync(session.User, request.ClientId!, request.GetScopes(), cancel) =>
                TypedResults.SignIn(user, authenticationScheme: Scheme),
            _ when request.HasPromptValue(PromptValues.None) => Refuse(Errors.ConsentRequired, "The user has to agree."),
            _ => TypedResults.Redirect(ConsentPages.Location(http.Request.Path, request)),
        };
    }

    /// <summary>Null when the person may no longer sign in.</summary>
    private Task<ClaimsPrincipal?> PrincipalAsync(OpenIddictRequest request, BrowserSession session, CancellationToken cancel) =>
        signIn.ByBrowserAsync(session, request.ClientId!, request.GetScopes(), cancel);

    /// <summary>Once they have because this request asked for it, they are not asked again.</summary>
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
