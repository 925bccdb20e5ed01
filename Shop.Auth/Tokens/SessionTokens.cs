using System.Diagnostics;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>
/// A session is what follows from one sign-in: the browser's cookie, and the family of refresh tokens. OpenIddict calls it an authorization.
/// </summary>
internal sealed class SessionTokens(
    AuthDb db, IOpenIddictAuthorizationManager authorizations, AuditTrail audit, IHttpContextAccessor http, TimeProvider clock)
{
    /// <summary>From the sign-in on, however often it is refreshed: an absolute end.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    /// <summary>
    /// Takes a code or refresh token out of use. Of simultaneous requests with one token a single one gets true: OpenIddict itself looks
    /// first and marks later, and would serve them all. The others end the session, as for any token that is used twice.
    /// </summary>
    public async Task<bool> TakeAsync(ClaimsPrincipal token, CancellationToken cancel)
    {
        var id = Guid.Parse(token.GetTokenId()!);
        var now = clock.GetUtcNow().UtcDateTime;
        var taken = await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(stored => stored.Id == id && stored.Status == Statuses.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(stored => stored.Status, Statuses.Redeemed).SetProperty(stored => stored.RedemptionDate, now), cancel);
        if (taken == 0)
        {
            await EndAsync(Guid.Parse(token.GetAuthorizationId()!), cancel);
            await audit.RecordAsync(http.HttpContext!, TokenReuse.Of(token));
        }
        return taken == 1;
    }

    /// <summary>Starts a session of this user with a browser; which clients come to share it is open.</summary>
    public async Task<Guid> StartAsync(Guid user, CancellationToken cancel)
    {
        var authorization = new OpenIddictAuthorizationDescriptor
        {
            Subject = user.ToString(),
            Type = AuthorizationTypes.AdHoc,
            Status = Statuses.Valid,
            CreationDate = clock.GetUtcNow(),
        };
        var made = await authorizations.CreateAsync(authorization, cancel);
        return Guid.Parse((await authorizations.GetIdAsync(made, cancel))!);
    }

    /// <summary>Whether the session has not ended.</summary>
    public Task<bool> IsOnAsync(Guid session, CancellationToken cancel) => db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
        .AnyAsync(authorization => authorization.Id == session && authorization.Status == Statuses.Valid, cancel);

    /// <summary>The user's stamp that the session was given since, as <see cref="UserSessions.KeepAsync"/> does; null: none.</summary>
    public async Task<string?> StampAsync(Guid session, CancellationToken cancel)
    {
        var properties = await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
            .Where(authorization => authorization.Id == session).Select(authorization => authorization.Properties).SingleOrDefaultAsync(cancel);
        return properties is null ? null : JsonElement.Parse(properties).GetProperty(SignIn.Stamp).GetString();
    }

    /// <summary>
    /// Ends a session, with the tokens that a request in flight may yet add to it: they belong to a revoked authorization. Other services, which look at access
    /// tokens only, are told. Returns how many it ended: none, if it had ended before.
    /// </summary>
    public async Task<int> EndAsync(Guid session, CancellationToken cancel)
    {
        var ended = new SessionsEnded([session], clock.GetUtcNow());
        var count = await db.Database.ExecuteSqlAsync($"""
            WITH ended AS (UPDATE authorizations SET status = {Statuses.Revoked} WHERE id = {session} AND status = {Statuses.Valid} RETURNING id)
            INSERT INTO outbox (id, type, payload, trace_parent, trace_state)
            SELECT {Guid.CreateVersion7()}, {SessionsEnded.Name}, {Encoding.UTF8.GetString(ContractsJson.Serialize(ended))}::json,
                {Activity.Current?.Id}, {Activity.Current?.TraceStateString} FROM ended
            """, cancel);
        return count;
    }
}
