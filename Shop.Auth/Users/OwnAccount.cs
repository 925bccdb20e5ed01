using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Recovery;
using Shop.Auth.Sessions;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>What became of the wish to delete an account.</summary>
internal enum Deletion
{
    Done,
    WrongPassword,
    LastAdmin,
}

/// <summary>What a user may do to their account with their password at hand: whoever only found them signed in may not.</summary>
internal sealed class OwnAccount(AuthDb db, Passwords passwords, UserSessions sessions, MailedLinks links, Admins admins, Change change, IHttpContextAccessor http,
    TimeProvider clock)
{
    /// <summary>Changes the password and ends all sessions but one, whose refresh tokens end too; false when the present password is another.</summary>
    public async Task<bool> ChangePasswordAsync(Guid id, Guid? session, string current, string wanted, CancellationToken cancel)
    {
        if (await VerifiedAsync(id, current, cancel) is not { } user)
        {
            return await change.MakeAsync(() => Task.FromResult((false, (AuditEvent?)Failed("password.change", id))), cancel);
        }
        var (old, stamp) = (user.PasswordHash, Guid.NewGuid().ToString("N"));
        var hash = await passwords.HashAsync(user, wanted, Errand.SignIn, TryOrigin.Of(user.NormalizedEmail!, http.HttpContext!), cancel);
        return await change.MakeAsync(async () =>
        {
            // Of two changes at the same time the later one no longer has the present password.
            var changed = await db.Users.Where(u => u.Id == id && u.PasswordHash == old).ExecuteUpdateAsync(
                set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancel);
            if (changed == 0)
            {
                return (false, Failed("password.change", id));
            }
            var ended = await sessions.EndAllAsync(id, session, cancel);
            await links.EndAllAsync(id, user.Email!, cancel);
            if (session is { } kept)
            {
                await sessions.KeepAsync(id, kept, stamp, cancel);
                // Whoever has the old password may have its tokens, too.
                await sessions.RevokeRefreshTokensAsync(kept, cancel);
            }
            return (true, new AuditEvent("password.change", AuditEvent.Ok, id.ToString(), $"Other sessions ended: {ended}."));
        }, cancel);
    }

    /// <summary>Deletes the account with all that is known of its person. What they did stays recorded, without their address.</summary>
    public async Task<Deletion> DeleteAsync(Guid id, string password, CancellationToken cancel)
    {
        if (await VerifiedAsync(id, password, cancel) is not { } user)
        {
            return await change.MakeAsync(() => Task.FromResult((Deletion.WrongPassword, (AuditEvent?)Failed("user.delete", id))), cancel);
        }
        return await change.MakeAsync(async () =>
        {
            await admins.TakeTurnAsync(cancel);
            if (await admins.IsLastAsync(id, cancel))
            {
                return (Deletion.LastAdmin, new AuditEvent("user.delete", AuditEvent.Refused, id.ToString(), "The last admin."));
            }
            db.Publish(new AccountDeleted(id, clock.GetUtcNow()));
            // First, so that nobody signs in to it any more.
            await db.Users.Where(u => u.Id == id).ExecuteDeleteAsync(cancel);
            await sessions.ForgetAsync(id, cancel);
            await db.Set<AuditRow>().Where(row => row.ActorId == id || row.ActorEmail == user.NormalizedEmail)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ActorEmail, (string?)null), cancel);
            return (Deletion.Done, new AuditEvent("user.delete", AuditEvent.Ok, id.ToString()) { WithoutEmail = true });
        }, cancel);
    }

    /// <summary>The user with this password; null when theirs is another.</summary>
    /// <exception cref="ProblemException">429: too many wrong ones have come.</exception>
    public async Task<User?> VerifiedAsync(Guid id, string password, CancellationToken cancel)
    {
        // A longer one is nobody's.
        if (password.Length > Password.MaxLength * 2)
        {
            return null;
        }
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancel);
        return await passwords.VerifyAsync(user, password, TryOrigin.Of(user?.NormalizedEmail ?? "", http.HttpContext!), cancel) is PasswordVerificationResult.Failed ? null : user;
    }

    private static AuditEvent Failed(string action, Guid id) => new(action, AuditEvent.Failed, id.ToString(), "The password was wrong.");
}
