using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.Web.Pages;

namespace Shop.Web.SigningIn;

/// <summary>The ways to Auth and back.</summary>
internal static class SignInEndpoints
{
    public const string SignIn = "/sign-in";
    public const string SignOut = "/sign-out";
    public const string Failed = "/sign-in-failed";
    public const string ReturnUrl = "returnUrl";

    public static void MapSigningIn(this IEndpointRouteBuilder app)
    {
        app.MapGet(SignIn, SignInAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(SignOut, SignOutAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Where to sign in from a page and come back to it.</summary>
    public static string SignInAddress(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Path != Failed
        ? SignIn + QueryString.Create(ReturnUrl, request.Path + request.QueryString)
        : SignIn;

    private static async Task<Results<ChallengeHttpResult, StatusCodeHttpResult>> SignInAsync(
        string? returnUrl, HttpResponse response, IOptionsMonitor<OpenIdConnectOptions> options, CancellationToken cancel)
    {
        try
        {
            await options.Get(OpenIdConnectDefaults.AuthenticationScheme).ConfigurationManager!.GetConfigurationAsync(cancel);
        }
        // What the library throws when Auth cannot be reached.
        catch (InvalidOperationException)
        {
            response.Headers.RetryAfter = ErrorPages.RetryAfter;
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
        return TypedResults.Challenge(new() { RedirectUri = Local(returnUrl) }, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    private static async Task<Results<SignOutHttpResult, BadRequest, RedirectHttpResult>> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return TypedResults.BadRequest();
        }
        return http.User.Identity is { IsAuthenticated: true }
            ? TypedResults.SignOut(new() { RedirectUri = "/" }, [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme])
            : TypedResults.Redirect("/");
    }

    /// <summary>The address, if it is one of this site; else the front page.</summary>
    private static string Local(string? address) =>
        address is { Length: <= 2048 } && address.StartsWith('/') && !address.StartsWith("//", StringComparison.Ordinal)
        && !address.Contains('\\') && !address.Any(char.IsControl)
            ? address
            : "/";
}
