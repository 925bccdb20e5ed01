using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Audit;

/// <summary>Lets staff read the audit records.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) => app.MapGet("/audit", ListAsync)
        .WithName("ListAudit")
        .WithTags("Audit")
        .WithSummary("Who did what, newest first; of one actor (a user's id or e-mail address), of one action, to one subject, in a time")
        .RequirePermission(Permissions.UsersManage)
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<AuditView>>, ProblemHttpResult>> ListAsync(
        string? actor, string? action, string? subject, DateTimeOffset? from, DateTimeOffset? to, Paging paging, AuthDb db, ILookupNormalizer normalizer, CancellationToken cancellationToken)
    {
        if (actor?.Length > AuditRow.MaxEmail || action?.Length > AuditRow.MaxAction || subject?.Length > AuditRow.MaxSubject)
            return FieldErrors.Of(actor?.Length > AuditRow.MaxEmail ? "actor" : action?.Length > AuditRow.MaxAction ? "action" : "subject", "Is too long.");
        var rows = db.Set<AuditRow>().AsNoTracking();
        if (Guid.TryParse(actor, out var id))
        {
            rows = rows.Where(row => row.ActorId == id);
        }
        else if (!string.IsNullOrEmpty(actor))
        {
            var email = normalizer.NormalizeEmail(actor);
            rows = rows.Where(row => row.ActorEmail == email);
        }
        if (!string.IsNullOrEmpty(action))
            rows = rows.Where(row => row.Action == action);
        if (!string.IsNullOrEmpty(subject))
            rows = rows.Where(row => row.Subject == subject);
        if (from?.ToUniversalTime() is { } since)
            rows = rows.Where(row => row.At >= since);
        if (to?.ToUniversalTime() is { } until)
            rows = rows.Where(row => row.At < until);
        if (paging.After<Position>() is { } after)
        {
            var at = after.At.ToUniversalTime();
            rows = rows.Where(row => EF.Functions.LessThan(ValueTuple.Create(row.At, row.Id), ValueTuple.Create(at, after.Id)));
        }
        var page = await rows.OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(paging.Fetch)
            .Select(row => new AuditView(
                row.Id, row.At, row.ActorId, row.ActorEmail, row.Action, row.Subject, row.Outcome, row.Ip, row.UserAgent, row.Detail))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(page, paging, row => new Position(row.At, row.Id)));
    }

    private sealed record Position(DateTimeOffset At, Guid Id);
}

/// <param name="Id">The record's id.</param>
/// <param name="At">When, UTC.</param>
/// <param name="ActorId">The user who did it; null when nobody was signed in.</param>
/// <param name="ActorEmail">The actor's address, or the one given at a failed sign-in, in upper case; null when unknown or when the account was deleted since.</param>
/// <param name="Action">What was done: <c>sign-in</c>, <c>user.lock</c>.</param>
/// <param name="Subject">The id or name of what it was done to; null for nothing in particular.</param>
/// <param name="Outcome"><c>ok</c>, <c>failed</c> or <c>refused</c>.</param>
/// <param name="Ip">Where the request came from; null when unknown.</param>
/// <param name="UserAgent">The User-Agent header, cut to 256 characters; null when there was none.</param>
/// <param name="Detail">Further details; null for none.</param>
internal sealed record AuditView(
    Guid Id, DateTimeOffset At, Guid? ActorId, string? ActorEmail, string Action, string? Subject, string Outcome, string? Ip, string? UserAgent, string? Detail);
