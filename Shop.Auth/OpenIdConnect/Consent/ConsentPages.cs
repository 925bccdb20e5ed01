using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using Shop.Auth.Accounts;
using Shop.Auth.OpenIdConnect;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;

namespace Shop.Auth.OpenIdConnect.Consent;

/// <summary>The page that asks users whether a client may have what it asks for.</summary>
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

    /// <summary>The address of the page for an authorization request.</summary>
    public static string Location(PathString path, OpenIddictRequest request) =>
        Address + QueryString.Create("returnUrl", RequestProofs.Address(path, request));

    private async Task<IResult> ShowAsync(string? returnUrl, HttpContext http) =>
        await ReadAsync(returnUrl, http) is { } pending ? await PageAsync(pending, returnUrl!, http) : NothingToConsent(returnUrl);

    private async Task<IResult> AnswerAsync(string? returnUrl, HttpContext http)
    {
        if (await ReadAsync(returnUrl, http) is not { } pending)
            return NothingToConsent(returnUrl);
        if (!await antiforgery.IsRequestValidAsync(http))
            return await PageAsync(pending, returnUrl!, http, ErrorPage.FormExpired, StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        switch (form["answer"].ToString())
        {
            case "yes":
                await consents.GiveAsync(http, pending.User.Id, pending.Request.ClientId!, pending.Request.GetScopes(), pending.Redirect);
                return TypedResults.Redirect(proofs.Answered(pending.Path, pending.Request, ProofOf.ConsentGiven, pending.Session));
            case "no":
                return TypedResults.Redirect(proofs.Answered(pending.Path, pending.Request, ProofOf.ConsentDenied, pending.Session));
            default:
                return await PageAsync(pending, returnUrl!, http, "Please choose.", StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>The request and its user; null when it is not the request of a known client, or nobody is signed in.</summary>
    private async Task<Pending?> ReadAsync(string? returnUrl, HttpContext http)
    {
        var cancellationToken = http.RequestAborted;
        if (await ReturnAddress.ClientAsync(returnUrl, clients, cancellationToken) is not { } redirect
            || await browser.FindAsync(http, cancellationToken) is not { } session || await signIn.UserAsync(session, cancellationToken) is not { } user)
        {
            return null;
        }
        BrowserSessions.SetUser(http, user);
        var query = returnUrl!.IndexOf('?', StringComparison.Ordinal);
        return new(user, session.Id, redirect, returnUrl[..query], new OpenIddictRequest(QueryHelpers.ParseQuery(returnUrl[query..])));
    }

    private async Task<IResult> PageAsync(Pending pending, string returnUrl, HttpContext http, string? error = null, int status = StatusCodes.Status200OK)
    {
        var client = await clients.FindByClientIdAsync(pending.Request.ClientId!, http.RequestAborted);
        return new RazorComponentResult<ConsentPage>(new
        {
            ReturnUrl = returnUrl,
            Client = client is null ? pending.Request.ClientId! : await clients.GetDisplayNameAsync(client, http.RequestAborted) ?? pending.Request.ClientId!,
            Site = PageHeaders.Source(pending.Redirect),
            pending.User.Email,
            Scopes = pending.Request.GetScopes(),
            Error = error,
        })
        { StatusCode = status };
    }

    /// <summary>Back to the request, which leads to the sign-in page or reports what is wrong.</summary>
    private static IResult NothingToConsent(string? returnUrl) => ReturnAddress.Checked(returnUrl) is { } request
        ? TypedResults.Redirect(request)
        : new RazorComponentResult<NoticePage>(new { Title = "There is nothing to agree to" }) { StatusCode = StatusCodes.Status400BadRequest };

    private sealed record Pending(User User, Guid Session, string Redirect, PathString Path, OpenIddictRequest Request);
}
