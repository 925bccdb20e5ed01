using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Accounts;

/// <param name="Current">The current password.</param>
/// <param name="New">15 to 256 characters of any kind; easily guessed passwords are refused.</param>
internal sealed record ChangePasswordRequest(string Current, string New);

/// <summary>Changes the password of the user's own account.</summary>
internal sealed class ChangePassword(
    AuthDb db, Reauthentication reauthentication, PasswordHashing passwords, UserSessions sessions, MailedLinks links, AuditedTransaction transaction, IHttpContextAccessor http)
{
    /// <summary>Changes the password and ends all sessions but one, whose refresh tokens are revoked too; false when the current password is wrong.</summary>
    public async Task<bool> RunAsync(Guid id, Guid? session, string current, string wanted, CancellationToken cancellationToken)
    {
        if (await reauthentication.VerifyAsync(id, current, cancellationToken) is not { } user)
            return await transaction.FailAsync("password.change", id, false, "The password was wrong.", cancellationToken);
        var (old, stamp) = (user.PasswordHash, Guid.NewGuid().ToString("N"));
        var hash = await passwords.HashAsync(user, wanted, HashingPriority.SignIn, AttemptOrigin.Of(user.NormalizedEmail!, http.HttpContext!), cancellationToken);
        return await transaction.RunAsync(async () =>
        {
            // Of two concurrent changes the second finds another current password.
            var changed = await db.Users.Where(u => u.Id == id && u.PasswordHash == old).ExecuteUpdateAsync(
                set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.SecurityStamp, stamp), cancellationToken);
            if (changed == 0)
                return (false, new AuditEvent("password.change", AuditEvent.Failed, id.ToString(), "The password was wrong."));
            var ended = await sessions.EndAllAsync(id, session, cancellationToken);
            await links.InvalidateAllAsync(id, user.Email!, cancellationToken);
            if (session is { } kept)
            {
                await sessions.KeepAsync(id, kept, stamp, cancellationToken);
                // Somebody who knew the old password may have taken these tokens as well.
                await sessions.RevokeRefreshTokensAsync(kept, cancellationToken);
            }
            return (true, new AuditEvent("password.change", AuditEvent.Ok, id.ToString(), $"Other sessions ended: {ended}."));
        }, cancellationToken);
    }

    public static async Task<Results<NoContent, ChallengeHttpResult, ProblemHttpResult>> HandleAsync(
        ChangePasswordRequest request, ClaimsPrincipal user, ChangePassword change, AuthDb db, CancellationToken cancellationToken)
    {
        if (await Account.ReadAsync(db, user.Id(), cancellationToken) is not { } account)
            return SessionEndpoints.SignInAgain();
        if (Password.Validate(request.New, account.Email, account.DisplayName) is { } error)
            return FieldErrors.Of("new", error);
        return await change.RunAsync(account.Id, user.Session(), request.Current, request.New, cancellationToken)
            ? TypedResults.NoContent()
            : FieldErrors.Of("current", Reauthentication.WrongPassword);
    }
}
