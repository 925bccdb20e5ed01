using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn;

/// <summary>The page that asks for a code, of those who have given their password and have a second factor.</summary>
internal static class SecondStep
{
    public static void MapSecondStep(this RouteGroupBuilder pages) => pages.MapPost("/sign-in/code", SignInAsync);

    /// <summary>Asks a user who has given their password for a code.</summary>
    public static RazorComponentResult<CodePage> Ask(HalfSignedIn half, User user, string? returnUrl) => Page(half.Ticket(user), returnUrl);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<CodePage>, RazorComponentResult<SignInPage>>> SignInAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, HalfSignedIn half, AuthDb db, UserManager<User> users, SecondFactor second,
        BrowserSessions browser, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return Again(returnUrl);
        }
        var form = await http.Request.ReadFormAsync(cancel);
        var (ticket, code) = (form["ticket"].ToString(), form["code"].ToString());
        // Whoever turned it off since has another stamp, and starts anew.
        if (await half.FindAsync(db, ticket, cancel) is not { TwoFactorEnabled: true } user || await users.IsLockedOutAsync(user))
        {
            return Again(returnUrl);
        }
        try
        {
            return await second.AdmitsAsync(user, code, http)
                ? await SignInPages.LetInAsync(http, browser, user, returnUrl, cancel)
                : Page(ticket, returnUrl, "The code is wrong, or was used before.", StatusCodes.Status401Unauthorized);
        }
        // They are counted a minute at a time.
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "60";
            return Page(ticket, returnUrl, "Too many wrong codes have come. Please try again in a minute.", StatusCodes.Status429TooManyRequests);
        }
    }

    private static RazorComponentResult<SignInPage> Again(string? returnUrl) =>
        SignInPages.SignInPage(returnUrl, fault: SignInPages.Expired, status: StatusCodes.Status400BadRequest);

    private static RazorComponentResult<CodePage> Page(string ticket, string? returnUrl, string? fault = null, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Ticket = ticket, Fault = fault }) { StatusCode = status };
}
