using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn;

/// <summary>Decides who may sign in with a password, and who is still signed in.</summary>
internal sealed class SignIn(AuthDb db, UserManager<User> users, PasswordHashing passwords, UserSessions sessions, AuditTrail audit)
{
    /// <summary>
    /// The user with this address and password; null when they do not match, or the user is locked out. A user with a second factor is not signed in yet.
    /// </summary>
    /// <exception cref="ProblemException">429: too many attempts failed.</exception>
    public async Task<User?> FindAsync(string email, string password, HttpContext http)
    {
        var (origin, cancellationToken) = (AttemptOrigin.Of(EmailAddress.Normalize(email), http), http.RequestAborted);
        var user = await db.Users.FindByEmailAsync(email, cancellationToken);
        // No account has a longer password. It is cut and verified all the same, so that the answer takes as long.
        var possible = password.Length <= Password.MaxLength * 2;
        var verified = await passwords.VerifyAsync(possible ? user : null, possible ? password : password[..Password.MaxLength], origin, cancellationToken);
        if (user is null || verified is PasswordVerificationResult.Failed || await users.IsLockedOutAsync(user))
        {
            await audit.RecordRefusedSignInAsync(http, email, user?.Id);
            return null;
        }
        if (verified is PasswordVerificationResult.SuccessRehashNeeded)
        {
            var hash = await passwords.HashAsync(user, password, HashingPriority.SignIn, origin, cancellationToken);
            await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), cancellationToken);
        }
        return user;
    }

    /// <summary>The user of a browser's session; null when they may no longer be signed in.</summary>
    public Task<User?> UserAsync(BrowserSession session, CancellationToken cancellationToken) => UserAsync(session.Id, session.User, session.Stamp, cancellationToken);

    /// <summary>The user of a session; null when they may no longer be signed in.</summary>
    public async Task<User?> UserAsync(Guid session, Guid id, string? stamp, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        return user is null || user.SecurityStamp != (await sessions.StampAsync(session, cancellationToken) ?? stamp) || await users.IsLockedOutAsync(user) ? null : user;
    }
}

internal static class RefusedSignIns
{
    /// <summary>Records a failed sign-in.</summary>
    /// <param name="audit">The audit trail.</param>
    /// <param name="http">The request.</param>
    /// <param name="email">What was typed. Recorded only if it is an address, since people also type passwords there.</param>
    /// <param name="user">The account's id; null when there is none.</param>
    public static Task RecordRefusedSignInAsync(this AuditTrail audit, HttpContext http, string email, Guid? user) =>
        audit.RecordAsync(http, new("sign-in", AuditEvent.Failed, user?.ToString())
        {
            ActorEmail = EmailAddress.Clean(email) is var address && EmailAddress.Validate(address) is null ? address : null,
        });
}
