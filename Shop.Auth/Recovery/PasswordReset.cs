using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Mail;
using Shop.Auth.Sessions;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Recovery;

/// <summary>What became of the wish to use a link of a mail.</summary>
internal enum LinkUse
{
    Done,

    /// <summary>There is no such link, or it was used, or its time is over.</summary>
    NotGood,

    /// <summary>The password does not do.</summary>
    BadPassword,

    /// <summary>Another account has the address by now.</summary>
    Taken,
}

/// <summary>Gives an account a new password by a link that was mailed to its address.</summary>
internal sealed class PasswordReset(
    AuthDb db, MailedLinks links, Letters letters, MailSignal mail, Passwords passwords, UserSessions sessions, Change change, IHttpContextAccessor http)
{
    /// <summary>
    /// Changes the password and ends all sessions. Whoever could open the link has the address, which counts as confirmed from then on. If it was not
    /// before, others may have made the account: what lets in without the password (second factor, passkeys) goes with the old password.
    /// </summary>
    /// <returns>With what is wrong with the password; null when nothing is.</returns>
    public async Task<(LinkUse Outcome, string? Fault)> ResetAsync(string token, string wanted, CancellationToken cancel)
    {
        if (await links.FindAsync(token, LinkPurpose.Reset, cancel) is not { } link
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == link.UserId, cancel) is not { } user)
        {
            return (LinkUse.NotGood, null);
        }
        if (Password.Fault(wanted, user.Email!, user.DisplayName) is { } fault)
        {
            return (LinkUse.BadPassword, fault);
        }
        var hash = await passwords.HashAsync(user, wanted, Errand.SignIn, TryOrigin.Of(user.NormalizedEmail!, http.HttpContext!), cancel);
        var stamp = Guid.NewGuid().ToString("N");
        var outcome = await change.MakeAsync(async () =>
        {
            if (!await links.TakeAsync(link, cancel))
            {
                return (LinkUse.NotGood, null);
            }
            var keepsFactors = user.EmailConfirmed;
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set
                .SetProperty(u => u.PasswordHash, hash)
                .SetProperty(u => u.SecurityStamp, stamp)
                .SetProperty(u => u.EmailConfirmed, true)
                .SetProperty(u => u.TwoFactorEnabled, u => u.TwoFactorEnabled && keepsFactors), cancel);
            if (!keepsFactors)
            {
                await db.UserTokens.Where(factor => factor.UserId == user.Id && factor.LoginProvider != SpentCodes.Provider).ExecuteDeleteAsync(cancel);
                await db.Set<IdentityUserPasskey<Guid>>().Where(passkey => passkey.UserId == user.Id).ExecuteDeleteAsync(cancel);
            }
            var ended = await sessions.EndAllAsync(user.Id, except: null, cancel);
            await links.EndAllAsync(user.Id, user.Email!, cancel);
            letters.PasswordReset(user);
            return (LinkUse.Done, (AuditEvent?)new AuditEvent("password.reset", AuditEvent.Ok, user.Id.ToString(), $"By mail. Sessions ended: {ended}.")
            {
                Actor = user.Id,
                ActorEmail = user.NormalizedEmail,
            });
        }, cancel);
        mail.Raise();
        return (outcome, null);
    }
}
