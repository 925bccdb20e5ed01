using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.OpenIdConnect;

/// <summary>Redeems codes and refresh tokens, each once, and ends the session of one that is used again.</summary>
internal sealed class TokenReuseGuard(AuthDb db, UserSessions sessions, AuditTrail audit, IHttpContextAccessor http, TimeProvider clock)
{
    /// <summary>
    /// Redeems a code or refresh token; of concurrent requests with one token a single one gets true, and the others end the session. OpenIddict reads the status first
    /// and updates it later, so it would serve them all.
    /// </summary>
    public async Task<bool> RedeemAsync(ClaimsPrincipal token, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(token.GetTokenId()!);
        var now = clock.GetUtcNow().UtcDateTime;
        var redeemed = await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(stored => stored.Id == id && stored.Status == Statuses.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(stored => stored.Status, Statuses.Redeemed).SetProperty(stored => stored.RedemptionDate, now), cancellationToken);
        if (redeemed == 0)
            await EndSessionAsync(token, cancellationToken);
        return redeemed == 1;
    }

    public async Task EndSessionAsync(ClaimsPrincipal token, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(Guid.Parse(token.GetAuthorizationId()!), cancellationToken);
        await audit.RecordAsync(http.HttpContext!, new(IsCode(token) ? "code.reuse" : "refresh.reuse", AuditEvent.Refused, token.GetAuthorizationId(), "The session was ended.")
        {
            Actor = token.Id(),
            ActorEmail = token.GetClaim(Claims.Email),
        });
    }

    public static bool IsOneTime(ClaimsPrincipal token) => IsCode(token) || token.HasTokenType(TokenTypeIdentifiers.RefreshToken);

    private static bool IsCode(ClaimsPrincipal token) => token.HasTokenType(TokenTypeIdentifiers.Private.AuthorizationCode);
}

/// <summary>
/// Ends the session, and records it, when a redeemed code or refresh token is presented again, perhaps by a thief. OpenIddict by itself revokes the tokens that it finds,
/// but not one that a concurrent request is about to store, and reports nothing.
/// </summary>
internal sealed class TokenReuse(IOpenIddictTokenManager tokens, TokenReuseGuard reuse) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseScopedHandler<TokenReuse>()
        .SetOrder(OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 1)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // OpenIddict reads the same token next, from the cache of this request.
        if (context.Principal is { } principal && TokenReuseGuard.IsOneTime(principal) && principal.GetTokenId() is { } id
            && await tokens.FindByIdAsync(id, context.CancellationToken) is { } token
            && await tokens.HasStatusAsync(token, Statuses.Redeemed, context.CancellationToken))
        {
            await reuse.EndSessionAsync(principal, context.CancellationToken);
        }
    }
}
