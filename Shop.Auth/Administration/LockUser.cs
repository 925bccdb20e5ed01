using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn.TwoFactor;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Administration;

/// <summary>Locks users out and lets them in again, and removes a lost second factor. All of it takes effect at once.</summary>
internal sealed class LockUser(AuthDb db, Admins admins, UserSessions sessions, AuditedTransaction transaction)
{
    private Task<UserChange> LockAsync(Guid id, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await admins.LockAsync(cancellationToken);
        if (await admins.IsLastAsync(id, cancellationToken))
            return (UserChange.LastAdmin, new AuditEvent("user.lock", AuditEvent.Refused, id.ToString(), "The last admin."));
        // The new stamp also ends a session that a concurrent sign-in is about to start.
        var stamp = Guid.NewGuid().ToString("N");
        var locked = await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(user => user.LockoutEnabled, true)
            .SetProperty(user => user.LockoutEnd, DateTimeOffset.MaxValue)
            .SetProperty(user => user.SecurityStamp, stamp), cancellationToken);
        await sessions.EndAllAsync(id, except: null, cancellationToken);
        return locked == 0 ? (UserChange.NoSuchUser, null) : (UserChange.Done, (AuditEvent?)new AuditEvent("user.lock", AuditEvent.Ok, id.ToString()));
    }, cancellationToken);

    private Task<UserChange> UnlockAsync(Guid id, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
        await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(user => user.LockoutEnd, (DateTimeOffset?)null)
            .SetProperty(user => user.AccessFailedCount, 0), cancellationToken) == 0
            ? (UserChange.NoSuchUser, null)
            : (UserChange.Done, (AuditEvent?)new AuditEvent("user.unlock", AuditEvent.Ok, id.ToString())), cancellationToken);

    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> HandleLockAsync(Guid id, LockUser lockUser, UserSearch users, CancellationToken cancellationToken) =>
        await SetUserRoles.AnswerAsync(await lockUser.LockAsync(id, cancellationToken), id, users, cancellationToken);

    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> HandleUnlockAsync(Guid id, LockUser lockUser, UserSearch users, CancellationToken cancellationToken) =>
        await SetUserRoles.AnswerAsync(await lockUser.UnlockAsync(id, cancellationToken), id, users, cancellationToken);

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleRemoveTwoFactorAsync(Guid id, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.RemoveAsync(id, session: null, cancellationToken) is TwoFactorOutcome.Done ? TypedResults.NoContent() : Problems.NotFound();
}
