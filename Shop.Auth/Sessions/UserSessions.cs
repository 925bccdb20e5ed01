using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Lists;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Sessions;

/// <summary>
/// The sessions of users. A session is what follows from one sign-in: the browser's cookie and a family of tokens, all of which carry its id (<c>oi_au_id</c>).
/// It is stored as an OpenIddict authorization. Revoking that ends all of its tokens: OpenIddict checks it for refresh tokens, and this service for access tokens too.
/// </summary>
internal sealed class UserSessions(AuthDb db, Transactions transactions, IOpenIddictAuthorizationManager authorizations, TimeProvider clock)
{
    /// <summary>Counted from the sign-in, however often tokens are refreshed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Names the user's security stamp at sign-in, in cookies, codes and refresh tokens. A new password or a lock changes the stamp, which ends the session,
    /// except the one in which the password was changed, see <see cref="KeepAsync"/>.
    /// </summary>
    public const string Stamp = "stamp";

    private static readonly string EndSql = $"""
        WITH ended AS (UPDATE authorizations SET status = '{Statuses.Revoked}' WHERE id = $1 AND status = '{Statuses.Valid}' RETURNING id)
        {OutboxSql.Insert<SessionsEnded>(first: 2, from: "ended")}
        """;

    private DbSet<OpenIddictEntityFrameworkCoreAuthorization<Guid>> All => db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>();

    /// <summary>Starts a session of this user with a browser. The clients that share it are not known yet.</summary>
    public async Task<Guid> StartAsync(Guid user, CancellationToken cancellationToken)
    {
        var authorization = new OpenIddictAuthorizationDescriptor
        {
            Subject = user.ToString(),
            Type = AuthorizationTypes.AdHoc,
            Status = Statuses.Valid,
            CreationDate = clock.GetUtcNow(),
        };
        var made = await authorizations.CreateAsync(authorization, cancellationToken);
        return Guid.Parse((await authorizations.GetIdAsync(made, cancellationToken))!);
    }

    /// <summary>Whether the session exists and has not ended.</summary>
    public Task<bool> IsActiveAsync(Guid session, CancellationToken cancellationToken) =>
        All.AnyAsync(authorization => authorization.Id == session && authorization.Status == Statuses.Valid, cancellationToken);

    /// <summary>The security stamp that <see cref="KeepAsync"/> gave the session; null for none.</summary>
    public async Task<string?> StampAsync(Guid session, CancellationToken cancellationToken)
    {
        var properties = await All.Where(authorization => authorization.Id == session)
            .Select(authorization => authorization.Properties).SingleOrDefaultAsync(cancellationToken);
        return properties is null ? null : JsonElement.Parse(properties).GetProperty(Stamp).GetString();
    }

    /// <summary>The user's active sessions, newest first: those with a valid token, and those of browsers, which may have none.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="current">The caller's session; null when it has none.</param>
    /// <param name="paging">The page.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<Page<SessionView>> ListAsync(Guid user, Guid? current, Paging paging, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var begun = now - Lifetime;
        var sessions = Of(user).AsNoTracking().Where(session =>
            session.Tokens.Any(token => token.Status == Statuses.Valid && token.ExpirationDate > now)
            || session.Application == null && session.CreationDate > begun);
        if (paging.After<Position>() is { } after)
        {
            var createdAt = after.CreatedAt.UtcDateTime;
            sessions = sessions.Where(session => EF.Functions.LessThan(
                ValueTuple.Create(session.CreationDate!.Value, session.Id), ValueTuple.Create(createdAt, after.Id)));
        }
        var rows = await sessions.OrderByDescending(session => session.CreationDate).ThenByDescending(session => session.Id).Take(paging.Fetch)
            .Select(session => new SessionView(
                session.Id,
                session.CreationDate!.Value,
                // Each refresh makes new tokens.
                session.Tokens.Max(token => token.CreationDate) ?? session.CreationDate.Value,
                session.Application!.ClientId,
                session.Id == current))
            .ToListAsync(cancellationToken);
        return Page.Of(rows, paging, row => new Position(row.CreatedAt, row.Id));
    }

    /// <summary>
    /// Ends a session, including tokens that a concurrent request may still add: they belong to a revoked authorization. Other services, which check access
    /// tokens only, are told. Nothing happens if it has ended already.
    /// </summary>
    public async Task EndAsync(Guid session, CancellationToken cancellationToken)
    {
        // Alone in its transaction: who ends several sessions at once locks them in another order.
        var work = transactions.Begin();
        work.ExecuteLast(EndSql, session, Event.Of(new SessionsEnded([session], clock.GetUtcNow())));
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>Ends all sessions of the user, except one, and returns how many. The event that tells other services is added to the context, which the caller saves.</summary>
    public Task<int> EndAllAsync(Guid user, Guid? except, CancellationToken cancellationToken) =>
        RevokeAsync(Of(user).Where(session => session.Id != except), cancellationToken);

    /// <summary>Ends a session of the user and records it; false when they have no such session, or it has ended.</summary>
    public Task<bool> EndOneAsync(AuditedTransaction transaction, Guid user, Guid session, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () => await RevokeAsync(Of(user).Where(s => s.Id == session), cancellationToken) == 1
            ? (true, new AuditEvent("session.end", AuditEvent.Ok, user.ToString(), $"Session {session}."))
            : (false, null), cancellationToken);

    /// <summary>Ends all sessions of the user except the one that asks for it, and records it.</summary>
    public Task<int> EndOthersAsync(AuditedTransaction transaction, Guid user, Guid? except, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var ended = await EndAllAsync(user, except, cancellationToken);
        return (ended, (AuditEvent?)new AuditEvent("session.end", AuditEvent.Ok, user.ToString(), $"All others: {ended}."));
    }, cancellationToken);

    /// <summary>Keeps a session alive when the user's security stamp changes, which ends all others: the session's refresh tokens contain the old stamp.</summary>
    public Task KeepAsync(Guid user, Guid session, string stamp, CancellationToken cancellationToken)
    {
        var properties = JsonSerializer.Serialize(new Dictionary<string, string> { [Stamp] = stamp });
        return Of(user).Where(s => s.Id == session).ExecuteUpdateAsync(set => set.SetProperty(s => s.Properties, properties), cancellationToken);
    }

    /// <summary>Revokes the refresh tokens of a session that stays active: the browser stays signed in, and its clients get new tokens through it.</summary>
    public Task RevokeRefreshTokensAsync(Guid session, CancellationToken cancellationToken) => db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
        .Where(token => token.Authorization!.Id == session && token.Type == TokenTypeIdentifiers.RefreshToken && token.Status == Statuses.Valid)
        .ExecuteUpdateAsync(set => set.SetProperty(token => token.Status, Statuses.Revoked), cancellationToken);

    /// <summary>Deletes all sessions of the user, tokens first.</summary>
    public async Task DeleteAllAsync(Guid user, CancellationToken cancellationToken)
    {
        var subject = user.ToString();
        var sessions = All.Where(session => session.Subject == subject);
        await PublishEndedAsync(sessions, cancellationToken);
        await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(token => sessions.Any(session => session.Id == token.Authorization!.Id)).ExecuteDeleteAsync(cancellationToken);
        await sessions.ExecuteDeleteAsync(cancellationToken);
    }

    private IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> Of(Guid user)
    {
        var subject = user.ToString();
        return All.Where(session => session.Subject == subject && session.Status == Statuses.Valid);
    }

    private async Task<int> RevokeAsync(IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> sessions, CancellationToken cancellationToken)
    {
        await PublishEndedAsync(sessions, cancellationToken);
        return await sessions.ExecuteUpdateAsync(set => set.SetProperty(session => session.Status, Statuses.Revoked), cancellationToken);
    }

    /// <summary>Tells other services, which check access tokens only, about the sessions that may still have one. The caller saves the context.</summary>
    private async Task PublishEndedAsync(IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> sessions, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = (now - AccessTokenLifetime - TimeSpan.FromMinutes(1)).UtcDateTime;
        var ended = await sessions.Where(session => session.Tokens.Any(token => token.CreationDate > since)).Select(session => session.Id).ToListAsync(cancellationToken);
        foreach (var chunk in ended.Chunk(SessionsEnded.Most))
            db.Publish(new SessionsEnded(chunk, now));
    }

    private sealed record Position(DateTimeOffset CreatedAt, Guid Id);
}

/// <param name="Id">The session's id.</param>
/// <param name="CreatedAt">When the user signed in, UTC.</param>
/// <param name="LastUsedAt">When it last got tokens, UTC, so within ten minutes of its last use; the sign-in when it never got any.</param>
/// <param name="ClientId">The client that the user signed in with; null for a browser, which several clients share, and for a client that was removed.</param>
/// <param name="Current">Whether it is the caller's own session.</param>
public sealed record SessionView(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string? ClientId, bool Current);
