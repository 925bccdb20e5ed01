using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Accounts;

/// <param name="Password">The current password.</param>
internal sealed record DeleteAccountRequest(string Password);

internal enum DeletionOutcome
{
    Done,
    WrongPassword,
    LastAdmin,
}

/// <summary>Deletes the user's own account and all personal data. Audit records stay, without the address.</summary>
internal sealed class DeleteAccount(AuthDb db, Reauthentication reauthentication, UserSessions sessions, Admins admins, AuditedTransaction transaction, TimeProvider clock)
{
    public async Task<DeletionOutcome> RunAsync(Guid id, string password, CancellationToken cancellationToken)
    {
        if (await reauthentication.VerifyAsync(id, password, cancellationToken) is not { } user)
            return await transaction.FailAsync("user.delete", id, DeletionOutcome.WrongPassword, "The password was wrong.", cancellationToken);
        return await transaction.RunAsync(async () =>
        {
            await admins.LockAsync(cancellationToken);
            if (await admins.IsLastAsync(id, cancellationToken))
                return (DeletionOutcome.LastAdmin, new AuditEvent("user.delete", AuditEvent.Refused, id.ToString(), "The last admin."));
            db.Publish(new AccountDeleted(id, clock.GetUtcNow()));
            // The user goes first, so that no concurrent sign-in starts another session.
            await db.Users.Where(u => u.Id == id).ExecuteDeleteAsync(cancellationToken);
            await sessions.DeleteAllAsync(id, cancellationToken);
            await db.Set<AuditRow>().Where(row => row.ActorId == id || row.ActorEmail == user.NormalizedEmail)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ActorEmail, (string?)null), cancellationToken);
            return (DeletionOutcome.Done, new AuditEvent("user.delete", AuditEvent.Ok, id.ToString()) { WithoutEmail = true });
        }, cancellationToken);
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        [FromBody] DeleteAccountRequest request, ClaimsPrincipal user, DeleteAccount delete, CancellationToken cancellationToken) =>
        await delete.RunAsync(user.Id(), request.Password, cancellationToken) switch
        {
            DeletionOutcome.Done => TypedResults.NoContent(),
            DeletionOutcome.LastAdmin => Admins.LastAdmin(),
            _ => FieldErrors.Of("password", Reauthentication.WrongPassword),
        };
}
