using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Shop.ServiceDefaults.Hosting;
using Shop.Site.Pages;

namespace Shop.Site.SigningIn;

/// <summary>The ways to Auth and back.</summary>
public static class SignInEndpoints
{
    public const string SignIn = "/sign-in";
    public const string SignUp = "/sign-up";
    public const string SignOut = "/sign-out";
    public const string Failed = "/sign-in-failed";
    public const string ReturnUrl = "returnUrl";
    private const string Again = "again";
    private const string Create = "create";

    public static void MapSigningIn(this IEndpointRouteBuilder app)
    {
        app.MapGet(SignIn, SignInAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(SignUp, (string? returnUrl) => TypedResults.LocalRedirect(SignIn + QueryString.Create(ReturnUrl, LocalAddress.OrFrontPage(returnUrl)).Add(Create, "true")))
            .AllowAnonymous().ExcludeFromDescription();
        app.MapPost(SignOut, SignOutAsync).AllowAnonymous().ExcludeFromDescription().WithMetadata(new TakesForm());
    }

    /// <summary>Where to sign in from a page and come back to it.</summary>
    public static string SignInAddress(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Path != Failed
        ? SignIn + QueryString.Create(ReturnUrl, request.Path + request.QueryString)
        : SignIn;

    private static async Task<Results<ChallengeHttpResult, StatusCodeHttpResult>> SignInAsync(
        string? returnUrl, string? again, string? create, HttpResponse response, IOptionsMonitor<OpenIdConnectOptions> options, CancellationToken cancellationToken)
    {
        try
        {
            await options.Get(OpenIdConnectDefaults.AuthenticationScheme).ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        }
        // What the library throws when Auth cannot be reached.
        catch (InvalidOperationException)
        {
            response.Headers.RetryAfter = ErrorPages.RetryAfter;
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
        var properties = new AuthenticationProperties { RedirectUri = LocalAddress.OrFrontPage(returnUrl) };
        if (!string.IsNullOrEmpty(again))
            properties.Items[Again] = again;
        if (!string.IsNullOrEmpty(create))
        {
            // "Initiating User Registration via OpenID Connect": Auth shows its page for a new account first.
            properties.SetParameter(OpenIdConnectParameterNames.Prompt, "create");
        }
        return TypedResults.Challenge(properties, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    private static async Task<Results<SignOutHttpResult, BadRequest, RedirectHttpResult>> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        // Signed out in another tab: that is what was wanted, whoever asks.
        if (http.User.Identity is not { IsAuthenticated: true })
            return TypedResults.Redirect("/");
        return await antiforgery.IsRequestValidAsync(http)
            ? TypedResults.SignOut(new() { RedirectUri = "/" }, [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme])
            : TypedResults.BadRequest();
    }

    /// <summary>
    /// After a sign-in that came to nothing. Whoever went back in their browser and sent the form once more is signed in at Auth, and comes with an
    /// answer that this site no longer knows: asked again, once, Auth says who they are. A session shows that their browser keeps cookies.
    /// </summary>
    public static async Task RecoverAsync(RemoteFailureContext context)
    {
        var http = context.HttpContext;
        http.RequestServices.GetRequiredService<ILogger<TokenRefresh>>().LogWarning(context.Failure, "A sign-in did not succeed");
        var signedIn = (await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme)).Succeeded;
        var asked = context.Properties?.Items.ContainsKey(Again) is true;
        context.Response.Redirect(signedIn && !asked
            ? SignIn + QueryString.Create(ReturnUrl, LocalAddress.OrFrontPage(context.Properties?.RedirectUri)).Add(Again, "1")
            : Failed);
        context.HandleResponse();
    }
}
