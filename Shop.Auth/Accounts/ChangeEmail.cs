using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Pages;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Accounts;

/// <param name="Email">The new address, or the current one to confirm it.</param>
/// <param name="Password">The current password.</param>
internal sealed record ChangeEmailRequest(string Email, string Password);

/// <param name="Token">From the link in the mail; valid for 30 minutes and once.</param>
internal sealed record ConfirmEmailRequest(string Token);

internal enum EmailChangeOutcome
{
    Done,
    WrongPassword,
    Taken,

    /// <summary>The hourly limit of mails for the account is reached.</summary>
    TooMany,
}

/// <summary>Changes the address of an account, or confirms its current one. The address counts only once the link that was mailed to it is opened.</summary>
internal sealed class ChangeEmail(AuthDb db, MailedLinks links, AccountMails mails, MailSignal mail, Reauthentication reauthentication, AuditedTransaction transaction)
{
    /// <summary>Mails a link to the address, which is cleaned and valid, and a notice to the current address.</summary>
    public async Task<EmailChangeOutcome> RequestAsync(Guid id, string email, string password, CancellationToken cancellationToken)
    {
        if (await reauthentication.VerifyAsync(id, password, cancellationToken) is not { } user)
            return await transaction.FailAsync("email.ask", id, EmailChangeOutcome.WrongPassword, "The password was wrong.", cancellationToken);
        var same = EmailAddress.Normalize(email) == user.NormalizedEmail;
        if (!same && await db.Users.FindByEmailAsync(email, cancellationToken) is { } other && other.Id != id)
            return EmailChangeOutcome.Taken;
        var outcome = await transaction.RunAsync(async () =>
        {
            if (await links.IsLimitReachedAsync(id, cancellationToken))
                return (EmailChangeOutcome.TooMany, null);
            mails.ConfirmChange(user, email);
            if (!same)
                mails.ChangeRequested(user);
            return (EmailChangeOutcome.Done, (AuditEvent?)new AuditEvent("email.ask", AuditEvent.Ok, id.ToString()));
        }, cancellationToken);
        mail.Set();
        return outcome;
    }

    /// <summary>Gives the account the address that the link was mailed to, as confirmed.</summary>
    public async Task<LinkOutcome> ConfirmAsync(string token, CancellationToken cancellationToken)
    {
        if (await links.FindAsync(token, LinkPurpose.Confirm, cancellationToken) is not { } link)
            return LinkOutcome.Invalid;
        var normalized = EmailAddress.Normalize(link.Email);
        try
        {
            var outcome = await transaction.RunAsync(() => ConfirmAsync(link, normalized, cancellationToken), cancellationToken);
            mail.Set();
            return outcome;
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            return LinkOutcome.Taken;
        }
    }

    private async Task<(LinkOutcome, AuditEvent?)> ConfirmAsync(MailedLink link, string normalized, CancellationToken cancellationToken)
    {
        if (!await links.RedeemAsync(link, cancellationToken) || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == link.UserId, cancellationToken) is not { } user)
            return (LinkOutcome.Invalid, null);
        // Confirming the current address must not normalize it: for an old account the normalized form may belong to another, see NormalizeAddresses.
        var changes = link.Email != user.Email;
        if (changes)
        {
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set
                .SetProperty(u => u.Email, link.Email).SetProperty(u => u.UserName, link.Email)
                .SetProperty(u => u.NormalizedEmail, normalized).SetProperty(u => u.NormalizedUserName, normalized), cancellationToken);
            await links.InvalidateAllAsync(user.Id, link.Email, cancellationToken);
            mails.Changed(user.Email!);
        }
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.EmailConfirmed, true), cancellationToken);
        return (LinkOutcome.Done, new AuditEvent(changes ? "email.change" : "email.confirm", AuditEvent.Ok, user.Id.ToString())
        {
            Actor = user.Id,
            ActorEmail = normalized,
        });
    }

    public static async Task<Results<Accepted, ProblemHttpResult>> HandleRequestAsync(
        ChangeEmailRequest request, ClaimsPrincipal user, ChangeEmail change, CancellationToken cancellationToken)
    {
        var email = EmailAddress.Clean(request.Email);
        if (EmailAddress.Validate(email) is { } error)
            return FieldErrors.Of("email", error);
        return await change.RequestAsync(user.Id(), email, request.Password, cancellationToken) switch
        {
            EmailChangeOutcome.Done => TypedResults.Accepted((string?)null),
            EmailChangeOutcome.WrongPassword => FieldErrors.Of("password", Reauthentication.WrongPassword),
            EmailChangeOutcome.Taken => Register.EmailTaken(),
            _ => throw AnonymousLimits.TooMany(TimeSpan.FromHours(1)),
        };
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleConfirmAsync(ConfirmEmailRequest request, ChangeEmail change, CancellationToken cancellationToken) =>
        await change.ConfirmAsync(request.Token, cancellationToken) switch
        {
            LinkOutcome.Done => TypedResults.NoContent(),
            LinkOutcome.Taken => Register.EmailTaken(),
            _ => MailedLinks.InvalidToken(),
        };

    /// <summary>Shows the page that the link leads to. Opening it confirms nothing: mail scanners open links too.</summary>
    public static async Task<IResult> ShowConfirmAsync(string? token, MailedLinks links, CancellationToken cancellationToken) =>
        await links.FindAsync(token ?? "", LinkPurpose.Confirm, cancellationToken) is { } link
            ? new RazorComponentResult<ConfirmEmailPage>(new { Token = token!, link.Email })
            : MailedLinks.ExpiredPage();

    public static async Task<IResult> SubmitConfirmAsync(
        HttpContext http, IAntiforgery antiforgery, ChangeEmail change, IConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return new RazorComponentResult<NoticePage>(new { Title = "That did not work", Text = "Please open the link in the mail again." })
            {
                StatusCode = StatusCodes.Status400BadRequest,
            };
        }
        return await change.ConfirmAsync((await http.Request.ReadFormAsync(cancellationToken))["token"].ToString(), cancellationToken) switch
        {
            LinkOutcome.Done => OwnSite.Notice("Your address is confirmed", configuration),
            LinkOutcome.Taken => new RazorComponentResult<NoticePage>(new { Title = "There is already an account with this address", Text = "Sign in with it, or take another address." })
            {
                StatusCode = StatusCodes.Status409Conflict,
            },
            _ => MailedLinks.ExpiredPage(),
        };
    }
}
