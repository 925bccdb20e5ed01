using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.OpenIdConnect;

/// <summary>
/// Starts a session with each sign-in, whatever the grant. OpenIddict by itself creates an authorization only along with a refresh token or code, and a lone access
/// token could not be revoked.
/// </summary>
internal sealed class SessionStart(AuthDb db, AuditTrail audit, IHttpContextAccessor http, TimeProvider clock) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
        .UseScopedHandler<SessionStart>()
        .SetOrder(OpenIddictServerHandlers.AttachAuthorization.Descriptor.Order - 1)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        var principal = context.Principal!;
        if (principal.GetClaim(UserSessions.Stamp) is not { } stamp || principal.GetAuthorizationId() is not null)
            return;
        var (user, session, now) = (principal.Id(), Guid.CreateVersion7(), clock.GetUtcNow().UtcDateTime);
        // FOR SHARE: a concurrent change of password or lock either sees the new session and ends it, or has changed the stamp already.
        var started = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO authorizations (id, application_id, concurrency_token, creation_date, status, subject, type)
            SELECT {session}, (SELECT id FROM clients WHERE client_id = {context.ClientId}), {Guid.NewGuid().ToString()}, {now},
                {Statuses.Valid}, {user.ToString()}, {AuthorizationTypes.AdHoc}
            FROM users WHERE id = {user} AND security_stamp = {stamp} FOR SHARE
            """, context.CancellationToken);
        if (started == 0)
        {
            context.Reject(Errors.InvalidGrant, "The session has ended.");
            return;
        }
        principal.SetAuthorizationId(session.ToString());
        await audit.RecordAsync(http.HttpContext!, new("sign-in", AuditEvent.Ok, session.ToString(), $"With {context.ClientId}.")
        {
            Actor = user,
            ActorEmail = principal.GetClaim(Claims.Email),
        });
    }
}

/// <summary>
/// Ends the session of a revoked refresh token, and so its access tokens (RFC 7009, 2.1). OpenIddict by itself revokes that one token.
/// </summary>
internal sealed class SessionRevocation(UserSessions sessions) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<HandleRevocationRequestContext>()
        .UseScopedHandler<SessionRevocation>()
        .SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (context.GenericTokenPrincipal is { } token && token.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            && Guid.TryParse(token.GetAuthorizationId(), out var session))
        {
            await sessions.EndAsync(session, context.CancellationToken);
        }
    }
}
