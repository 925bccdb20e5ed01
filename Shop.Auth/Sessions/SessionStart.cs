using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Shop.Auth.Audit;
using Shop.Auth.Tokens;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Sessions;

/// <summary>
/// Starts a session with each sign-in of a user, whatever the grant. Left to itself OpenIddict makes one only where a refresh token or a code is
/// asked for; then an access token alone could not be taken back.
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
        if (principal.GetClaim(SignIn.Stamp) is not { } stamp || principal.GetAuthorizationId() is not null)
        {
            return;
        }
        var (user, session, now) = (principal.Id(), Guid.CreateVersion7(), clock.GetUtcNow().UtcDateTime);
        // Holding the user's row, so that whoever changes the password or locks the account meanwhile either sees the new one and ends it,
        // or is seen here.
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
