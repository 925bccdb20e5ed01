using System.Security.Cryptography;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn.TwoFactor;

/// <summary>The page that asks for a code after the password, for users with a second factor.</summary>
internal static class SecondStep
{
    /// <summary>Asks a user who has given their password for a code.</summary>
    public static RazorComponentResult<CodePage> Ask(PendingSignIn pending, User user, string? returnUrl) => Page(pending.Ticket(user), returnUrl);

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<CodePage>, RazorComponentResult<SignInPage>>> SubmitAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, PendingSignIn pending, AuthDb db, UserManager<User> users, SecondFactor second,
        BrowserSessions browser, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return StartOver(returnUrl);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (ticket, code) = (form["ticket"].ToString(), form["code"].ToString());
        // Turning the second factor off changes the security stamp, so the ticket is no longer valid then.
        if (await pending.FindAsync(db, ticket, cancellationToken) is not { TwoFactorEnabled: true } user || await users.IsLockedOutAsync(user))
            return StartOver(returnUrl);
        try
        {
            return await second.VerifySignInAsync(user, code, http)
                ? await SignInPages.CompleteAsync(http, browser, user, returnUrl, cancellationToken)
                : Page(ticket, returnUrl, "That isn't the right code, or it was used before.", StatusCodes.Status401Unauthorized);
        }
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            // Attempts are counted per minute.
            http.Response.Headers.RetryAfter = "60";
            return Page(ticket, returnUrl, "Too many wrong codes. Please try again in a minute.", StatusCodes.Status429TooManyRequests);
        }
    }

    private static RazorComponentResult<SignInPage> StartOver(string? returnUrl) =>
        SignInPages.Page(returnUrl, error: ErrorPage.FormExpired, status: StatusCodes.Status400BadRequest);

    private static RazorComponentResult<CodePage> Page(string ticket, string? returnUrl, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Ticket = ticket, Error = error }) { StatusCode = status };
}

/// <summary>Carries, in a protected form field, who has given the right password and still has to give a code.</summary>
internal sealed class PendingSignIn(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Shop.Auth.HalfSignedIn").ToTimeLimitedDataProtector();

    public string Ticket(User user) => _protector.Protect($"{user.Id:N}{user.SecurityStamp}", Lifetime);

    /// <summary>The user of a ticket; null when it has expired, or the password was changed since.</summary>
    public async Task<User?> FindAsync(AuthDb db, string ticket, CancellationToken cancellationToken)
    {
        try
        {
            var content = _protector.Unprotect(ticket);
            var (id, stamp) = (Guid.ParseExact(content[..32], "N"), content[32..]);
            return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.SecurityStamp == stamp, cancellationToken);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
