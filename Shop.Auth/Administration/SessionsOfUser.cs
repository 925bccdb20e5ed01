using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Administration;

/// <summary>The sessions of a user, for staff: where they are signed in, and ending that.</summary>
internal static class SessionsOfUser
{
    public static async Task<Results<Ok<Page<SessionView>>, ProblemHttpResult>> ListAsync(
        Guid id, Paging paging, AuthDb db, UserSessions sessions, HttpContext http, CancellationToken cancellationToken) =>
        await ExistsAsync(db, id, cancellationToken) ? TypedResults.Ok(await sessions.ListAsync(id, http.User.Session(), paging, cancellationToken)) : Problems.NotFound();

    public static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        Guid id, Guid session, UserSessions sessions, AuditedTransaction transaction, CancellationToken cancellationToken) =>
        await sessions.EndOneAsync(transaction, id, session, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound();

    public static async Task<Results<NoContent, ProblemHttpResult>> EndAllAsync(
        Guid id, AuthDb db, UserSessions sessions, AuditedTransaction transaction, CancellationToken cancellationToken)
    {
        var known = await transaction.RunAsync(async () =>
        {
            if (!await ExistsAsync(db, id, cancellationToken))
                return (false, null);
            var ended = await sessions.EndAllAsync(id, except: null, cancellationToken);
            return (true, (AuditEvent?)new AuditEvent("session.end", AuditEvent.Ok, id.ToString(), $"All: {ended}."));
        }, cancellationToken);
        return known ? TypedResults.NoContent() : Problems.NotFound();
    }

    private static Task<bool> ExistsAsync(AuthDb db, Guid id, CancellationToken cancellationToken) => db.Users.AnyAsync(user => user.Id == id, cancellationToken);
}
