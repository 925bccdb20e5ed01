using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.Auth.SigningIn.TwoFactor;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn;

/// <summary>The pages for signing in with a password, and for signing out. They work without scripts.</summary>
internal static class SignInPages
{
    public const string SignedOut = "/signed-out";

    public static string SignInAddress(string returnUrl) => "/sign-in" + QueryString.Create("returnUrl", returnUrl);

    public static string SignOutAddress(string returnUrl) => "/sign-out" + QueryString.Create("returnUrl", returnUrl);

    public static IResult ShowSignIn(string? returnUrl) =>
        Page(returnUrl, ReturnAddress.LoginHint(returnUrl) is { } login && EmailAddress.Validate(login) is null ? login : null);

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<SignInPage>, RazorComponentResult<CodePage>>> SignInAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, SignIn signIn, PendingSignIn pending, BrowserSessions browser, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Page(returnUrl, error: ErrorPage.FormExpired, status: StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (email, password) = (form["email"].ToString(), form["password"].ToString());
        try
        {
            if (await signIn.FindAsync(email, password, http) is not { } user)
                return Page(returnUrl, email, "The e-mail address or the password isn't right.", StatusCodes.Status401Unauthorized);
            if (user.TwoFactorEnabled)
                return SecondStep.Ask(pending, user, returnUrl);
            return await CompleteAsync(http, browser, user, returnUrl, cancellationToken);
        }
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            // Attempts are counted per minute.
            http.Response.Headers.RetryAfter = "60";
            return Page(returnUrl, email, "Too many wrong passwords. Please try again in a minute.", StatusCodes.Status429TooManyRequests);
        }
    }

    /// <summary>Signs in a user who has passed every step, and sends the browser back to where it came from.</summary>
    public static async Task<RedirectHttpResult> CompleteAsync(
        HttpContext http, BrowserSessions browser, User user, string? returnUrl, CancellationToken cancellationToken, string how = "With a browser.")
    {
        await browser.StartAsync(http, user, how, cancellationToken);
        return TypedResults.Redirect(ReturnAddress.Checked(returnUrl) ?? "/signed-in");
    }

    public static IResult ShowSignOut(string? returnUrl) => SignOutPage(ReturnAddress.Checked(returnUrl), StatusCodes.Status200OK);

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<SignOutPage>>> SignOutAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, BrowserSessions browser, CancellationToken cancellationToken)
    {
        var back = ReturnAddress.Checked(returnUrl);
        // Without a session, because it was ended in another tab, there is nothing to protect.
        if (await browser.FindAsync(http, cancellationToken) is not null && !await antiforgery.IsRequestValidAsync(http))
            return SignOutPage(back, StatusCodes.Status400BadRequest);
        await browser.EndAsync(http, cancellationToken);
        return TypedResults.Redirect(back ?? SignedOut);
    }

    public static RazorComponentResult<SignInPage> Page(
        string? returnUrl, string? email = null, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Email = email, Error = error }) { StatusCode = status };

    private static RazorComponentResult<SignOutPage> SignOutPage(string? returnUrl, int status) => new(new { ReturnUrl = returnUrl }) { StatusCode = status };
}
