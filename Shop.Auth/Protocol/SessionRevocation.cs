using OpenIddict.Abstractions;
using OpenIddict.Server;
using Shop.Auth.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>
/// Ends the session of a refresh token that is revoked, and with it the access tokens that came of it (RFC 7009, 2.1). OpenIddict revokes that one token.
/// </summary>
internal sealed class SessionRevocation(SessionTokens sessions) : IOpenIddictServerHandler<HandleRevocationRequestContext>
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
