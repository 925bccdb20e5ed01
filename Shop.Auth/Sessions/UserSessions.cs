using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.Auth.Tokens;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Lists;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Sessions;

/// <summary>
/// Where a user is signed in. A session is an authorization of OpenIddict's, which all tokens that follow from one sign-in name as theirs
/// (<c>oi_au_id</c>). Revoking it ends them all: OpenIddict looks at it when a refresh token comes, and here in Auth when an access token does.
/// </summary>
internal sealed class UserSessions(AuthDb db, TimeProvider clock)
{
    private DbSet<OpenIddictEntityFrameworkCoreAuthorization<Guid>> All => db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>();

    /// <summary>The user's sessions, newest first: those with a token that is good still, and those of browsers, which may have none.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="current">The one that asks; null: none of them.</param>
    /// <param name="paging">Which page.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Page<SessionView>> ListAsync(Guid user, Guid? current, Paging paging, CancellationToken cancel)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var begun = now - SessionTokens.Lifetime;
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
                // Tokens are made at each refresh.
                session.Tokens.Max(token => token.CreationDate) ?? session.CreationDate.Value,
                session.Application!.ClientId,
                session.Id == current))
            .ToListAsync(cancel);
        return Page.Of(rows, paging, row => new Position(row.CreatedAt, row.Id));
    }

    /// <summary>Ends a session of the user; false when they have no such session, or it has ended. Save the context after it: others are told.</summary>
    public async Task<bool> EndAsync(Guid user, Guid session, CancellationToken cancel) =>
        await RevokeAsync(Of(user).Where(s => s.Id == session), cancel) == 1;

    /// <summary>Ends all sessions of the user, but for one, and returns how many. Save the context after it: others are told.</summary>
    public Task<int> EndAllAsync(Guid user, Guid? except, CancellationToken cancel) =>
        RevokeAsync(Of(user).Where(session => session.Id != except), cancel);

    /// <summary>As <see cref="EndAsync"/>, at the user's own wish, which is recorded.</summary>
    public Task<bool> EndRecordedAsync(Change change, Guid user, Guid session, CancellationToken cancel) =>
        change.MakeAsync(async () => await EndAsync(user, session, cancel)
            ? (true, new AuditEvent("session.end", AuditEvent.Ok, session.ToString()))
            : (false, null), cancel);

    /// <summary>Ends all sessions of the user but the one that asks for it, and records it.</summary>
    public Task<int> EndOthersRecordedAsync(Change change, Guid user, Guid? except, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        var ended = await EndAllAsync(user, except, cancel);
        return (ended, (AuditEvent?)new AuditEvent("session.end", AuditEvent.Ok, user.ToString(), $"All others: {ended}."));
    }, cancel);

    /// <summary>
    /// Lets a session outlive the change of the user's stamp that ends all others: its refresh tokens have the old one in them.
    /// </summary>
    public Task KeepAsync(Guid user, Guid session, string stamp, CancellationToken cancel)
    {
        var properties = JsonSerializer.Serialize(new Dictionary<string, string> { [SignIn.Stamp] = stamp });
        return Of(user).Where(s => s.Id == session).ExecuteUpdateAsync(set => set.SetProperty(s => s.Properties, properties), cancel);
    }

    /// <summary>Takes back the refresh tokens of a session that goes on: its browser stays signed in, its programs ask for new ones there.</summary>
    public Task RevokeRefreshTokensAsync(Guid session, CancellationToken cancel) => db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
        .Where(token => token.Authorization!.Id == session && token.Type == TokenTypeIdentifiers.RefreshToken && token.Status == Statuses.Valid)
        .ExecuteUpdateAsync(set => set.SetProperty(token => token.Status, Statuses.Revoked), cancel);

    /// <summary>Removes what is kept of the user's sessions, tokens first.</summary>
    public async Task ForgetAsync(Guid user, CancellationToken cancel)
    {
        var subject = user.ToString();
        var sessions = All.Where(session => session.Subject == subject);
        await TellAsync(sessions, cancel);
        await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(token => sessions.Any(session => session.Id == token.Authorization!.Id)).ExecuteDeleteAsync(cancel);
        await sessions.ExecuteDeleteAsync(cancel);
    }

    private IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> Of(Guid user)
    {
        var subject = user.ToString();
        return All.Where(session => session.Subject == subject && session.Status == Statuses.Valid);
    }

    private async Task<int> RevokeAsync(IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> sessions, CancellationToken cancel)
    {
        await TellAsync(sessions, cancel);
        return await sessions.ExecuteUpdateAsync(set => set.SetProperty(session => session.Status, Statuses.Revoked), cancel);
    }

    /// <summary>Tells other services, which look at access tokens only, of those that may have some; added to the context, which the caller saves.</summary>
    private async Task TellAsync(IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> sessions, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var since = (now - TokensExtensions.AccessTokenLifetime - TimeSpan.FromMinutes(1)).UtcDateTime;
        var told = await sessions.Where(session => session.Tokens.Any(token => token.CreationDate > since)).Select(session => session.Id).ToListAsync(cancel);
        foreach (var some in told.Chunk(SessionsEnded.Most))
        {
            db.Publish(new SessionsEnded(some, now));
        }
    }

    private sealed record Position(DateTimeOffset CreatedAt, Guid Id);
}

/// <param name="Id">What to end it by.</param>
/// <param name="CreatedAt">When the user signed in, UTC.</param>
/// <param name="LastUsedAt">When it last got tokens, UTC: within ten minutes of its last use; a browser that got none: when the user signed in.</param>
/// <param name="ClientId">The program that they signed in with; null for a browser, whose programs share it, and for a client that is no more.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record SessionView(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string? ClientId, bool Current);
