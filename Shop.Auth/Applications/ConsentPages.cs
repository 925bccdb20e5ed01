using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using Shop.Auth.SigningIn;
using Shop.Auth.Tokens;
using Shop.Auth.Users;

namespace Shop.Auth.Applications;

/// <summary>The page on which people say whether an application may have what it asks for.</summary>
internal sealed class ConsentPages(
    BrowserSessions browser, SignIn signIn, RequestProofs proofs, Consents consents, IOpenIddictApplicationManager clients, IAntiforgery antiforgery)
{
    private const string Address = "/consent";

    public static void MapConsent(IEndpointRouteBuilder app)
    {
        var pages = PageHeaders.MapPages(app, Address);
        pages.MapGet("", (string? returnUrl, HttpContext http, ConsentPages consent) => consent.ShowAsync(returnUrl, http));
        pages.MapPost("", (string? returnUrl, HttpContext http, ConsentPages consent) => consent.AnswerAsync(returnUrl, http));
    }

    /// <summary>Where to ask the person of this authorization request.</summary>
    public static string Location(PathString path, OpenIddictRequest request) =>
        Address + QueryString.Create("returnUrl", RequestProofs.Address(path, request));

    private async Task<IResult> ShowAsync(string? returnUrl, HttpContext http) =>
        await ReadAsync(returnUrl, http) is { } asked ? await PageAsync(asked, returnUrl!, http) : NothingAsked(returnUrl);

    private async Task<IResult> AnswerAsync(string? returnUrl, HttpContext http)
    {
        if (await ReadAsync(returnUrl, http) is not { } asked)
        {
            return NothingAsked(returnUrl);
        }
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return await PageAsync(asked, returnUrl!, http, SignInPages.Expired, StatusCodes.Status400BadRequest);
        }
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        switch (form["answer"].ToString())
        {
            case "yes":
                await consents.GiveAsync(http, asked.User.Id, asked.Request.ClientId!, asked.Request.GetScopes(), asked.Redirect);
                return TypedResults.Redirect(proofs.Answered(asked.Path, asked.Request, ProofOf.ConsentGiven, asked.Session));
            case "no":
                return TypedResults.Redirect(proofs.Answered(asked.Path, asked.Request, ProofOf.ConsentDenied, asked.Session));
            default:
                return await PageAsync(asked, returnUrl!, http, "Please choose.", StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>What is asked of whom; null: nothing that a client of ours asks, or nobody is signed in.</summary>
    private async Task<Asked?> ReadAsync(string? returnUrl, HttpContext http)
    {
        var cancel = http.RequestAborted;
        if (await ReturnAddress.ClientAsync(returnUrl, clients, cancel) is not { } redirect
            || await browser.FindAsync(http, cancel) is not { } session || await signIn.UserAsync(session, cancel) is not { } user)
        {
            return null;
        }
        // Who it is, for the audit; and the form is for them alone.
        http.User = new(new ClaimsIdentity([new("sub", user.Id.ToString()), new("email", user.Email!)], "browser"));
        var query = returnUrl!.IndexOf('?', StringComparison.Ordinal);
        return new(user, session.Id, redirect, returnUrl[..query], new OpenIddictRequest(QueryHelpers.ParseQuery(returnUrl[query..])));
    }

    private async Task<IResult> PageAsync(Asked asked, string returnUrl, HttpContext http, string? fault = null, int status = StatusCodes.Status200OK)
    {
        var client = await clients.FindByClientIdAsync(asked.Request.ClientId!, http.RequestAborted);
        return new RazorComponentResult<ConsentPage>(new
        {
            ReturnUrl = returnUrl,
            Client = client is null ? asked.Request.ClientId! : await clients.GetDisplayNameAsync(client, http.RequestAborted) ?? asked.Request.ClientId!,
            Site = PageHeaders.Source(asked.Redirect),
            asked.User.Email,
            Scopes = asked.Request.GetScopes(),
            Fault = fault,
        })
        { StatusCode = status };
    }

    /// <summary>Back to the request, which asks for a sign-in if that is what is missing, and says what is wrong if something is.</summary>
    private static IResult NothingAsked(string? returnUrl) => ReturnAddress.Checked(returnUrl) is { } request
        ? TypedResults.Redirect(request)
        : new RazorComponentResult<NoticePage>(new { Title = "There is nothing to agree to" }) { StatusCode = StatusCodes.Status400BadRequest };

    private sealed record Asked(User User, Guid Session, string Redirect, PathString Path, OpenIddictRequest Request);
}
