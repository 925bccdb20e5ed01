using System.Security.Claims;
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
/// Ends the session, and records it, when a used code or refresh token comes again, perhaps from a thief. OpenIddict itself revokes the tokens that
/// it finds, but not the one that a request in flight is about to store, and says so to nobody.
/// </summary>
internal sealed class TokenReuse(IOpenIddictTokenManager tokens, SessionTokens sessions, AuditTrail audit, IHttpContextAccessor http)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseScopedHandler<TokenReuse>()
        .SetOrder(OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 1)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // OpenIddict asks for the same token next, and finds it in the cache of this request.
        if (context.Principal is { } principal && IsOnce(principal) && principal.GetTokenId() is { } id
            && await tokens.FindByIdAsync(id, context.CancellationToken) is { } token
            && await tokens.HasStatusAsync(token, Statuses.Redeemed, context.CancellationToken))
        {
            await sessions.EndAsync(Guid.Parse(principal.GetAuthorizationId()!), context.CancellationToken);
            await audit.RecordAsync(http.HttpContext!, Of(principal));
        }
    }

    /// <summary>The event of a code or refresh token that came twice.</summary>
    public static AuditEvent Of(ClaimsPrincipal token) =>
        new(IsCode(token) ? "code.reuse" : "refresh.reuse", AuditEvent.Refused, token.GetAuthorizationId(), "The session was ended.")
        {
            Actor = token.Id(),
            ActorEmail = token.GetClaim(Claims.Email),
        };

    private static bool IsOnce(ClaimsPrincipal token) => IsCode(token) || token.HasTokenType(TokenTypeIdentifiers.RefreshToken);

    private static bool IsCode(ClaimsPrincipal token) => token.HasTokenType(TokenTypeIdentifiers.Private.AuthorizationCode);
}
