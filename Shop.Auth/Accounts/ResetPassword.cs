using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Accounts;

/// <param name="Token">From the link in the mail; valid for 30 minutes and once.</param>
/// <param name="New">15 to 256 characters of any kind; easily guessed passwords are refused.</param>
internal sealed record ResetPasswordRequest(string Token, string New);

/// <summary>Sets a new password through a link that was mailed to the account's address.</summary>
internal sealed class ResetPassword(
    AuthDb db, MailedLinks links, AccountMails mails, MailSignal mail, PasswordHashing passwords, UserSessions sessions, AuditedTransaction transaction, IHttpContextAccessor http)
{
    /// <summary>
    /// Sets the password and ends all sessions. Opening the link proves the address, which counts as confirmed from then on. If it was not confirmed before, somebody
    /// else may have made the account, so its second factor and passkeys are removed along with the old password.
    /// </summary>
    /// <returns>With what is wrong with the password; null when nothing is.</returns>
    public async Task<(LinkOutcome Outcome, string? Error)> RunAsync(string token, string wanted, CancellationToken cancellationToken)
    {
        if (await links.FindAsync(token, LinkPurpose.Reset, cancellationToken) is not { } link
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == link.UserId, cancellationToken) is not { } user)
        {
            return (LinkOutcome.Invalid, null);
        }
        if (Password.Validate(wanted, user.Email!, user.DisplayName) is { } error)
            return (LinkOutcome.BadPassword, error);
        var hash = await passwords.HashAsync(user, wanted, HashingPriority.SignIn, AttemptOrigin.Of(user.NormalizedEmail!, http.HttpContext!), cancellationToken);
        var stamp = Guid.NewGuid().ToString("N");
        var outcome = await transaction.RunAsync(async () =>
        {
            if (!await links.RedeemAsync(link, cancellationToken))
                return (LinkOutcome.Invalid, null);
            var keepsFactors = user.EmailConfirmed;
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set
                .SetProperty(u => u.PasswordHash, hash)
                .SetProperty(u => u.SecurityStamp, stamp)
                .SetProperty(u => u.EmailConfirmed, true)
                .SetProperty(u => u.TwoFactorEnabled, u => u.TwoFactorEnabled && keepsFactors), cancellationToken);
            if (!keepsFactors)
            {
                await db.UserTokens.Where(factor => factor.UserId == user.Id && factor.LoginProvider != UsedCodes.Provider).ExecuteDeleteAsync(cancellationToken);
                await db.Set<IdentityUserPasskey<Guid>>().Where(passkey => passkey.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            }
            var ended = await sessions.EndAllAsync(user.Id, except: null, cancellationToken);
            await links.InvalidateAllAsync(user.Id, user.Email!, cancellationToken);
            mails.PasswordReset(user);
            return (LinkOutcome.Done, (AuditEvent?)new AuditEvent("password.reset", AuditEvent.Ok, user.Id.ToString(), $"By mail. Sessions ended: {ended}.")
            {
                Actor = user.Id,
                ActorEmail = user.NormalizedEmail,
            });
        }, cancellationToken);
        mail.Set();
        return (outcome, null);
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(ResetPasswordRequest request, ResetPassword reset, CancellationToken cancellationToken) =>
        await reset.RunAsync(request.Token, request.New, cancellationToken) switch
        {
            (LinkOutcome.Done, _) => TypedResults.NoContent(),
            (LinkOutcome.BadPassword, var error) => FieldErrors.Of("new", error!),
            _ => MailedLinks.InvalidToken(),
        };

    /// <summary>Shows the page that the link leads to, if the link is valid.</summary>
    public static async Task<IResult> ShowAsync(string? token, MailedLinks links, CancellationToken cancellationToken) =>
        await links.FindAsync(token ?? "", LinkPurpose.Reset, cancellationToken) is null ? MailedLinks.ExpiredPage() : Page(token!);

    public static async Task<IResult> SubmitAsync(
        HttpContext http, IAntiforgery antiforgery, ResetPassword reset, IConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return ForgotPassword.Page(error: ErrorPage.FormExpired, status: StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var token = form["token"].ToString();
        return await reset.RunAsync(token, form["new"].ToString(), cancellationToken) switch
        {
            (LinkOutcome.Done, _) => OwnSite.Notice("Your password was changed", configuration, "You were signed out everywhere. Sign in with your new password."),
            (LinkOutcome.BadPassword, var error) => Page(token, error, StatusCodes.Status400BadRequest),
            _ => MailedLinks.ExpiredPage(),
        };
    }

    private static RazorComponentResult<ResetPasswordPage> Page(string token, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { Token = token, Error = error }) { StatusCode = status };
}
