using OpenIddict.Abstractions;
using OpenIddict.Server;
using Shop.Auth.Audit;
using Shop.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Sessions;

/// <summary>Records that a used refresh token came again, perhaps from a thief, before OpenIddict ends its family and says so to nobody.</summary>
internal sealed class ReuseNotice(IOpenIddictTokenManager tokens, AuditTrail audit, IHttpContextAccessor http) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseScopedHandler<ReuseNotice>()
        .SetOrder(OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 1)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // OpenIddict asks for the same token next, and finds it in the cache of this request.
        if (context.Principal is { } principal && principal.HasTokenType(TokenTypeIdentifiers.RefreshToken) && principal.GetTokenId() is { } id
            && await tokens.FindByIdAsync(id, context.CancellationToken) is { } token
            && await tokens.HasStatusAsync(token, Statuses.Redeemed, context.CancellationToken))
        {
            await audit.RecordAsync(http.HttpContext!, Of(principal));
        }
    }

    /// <summary>The event of a refresh token that came twice.</summary>
    public static AuditEvent Of(System.Security.Claims.ClaimsPrincipal refreshToken) =>
        new("refresh.reuse", AuditEvent.Refused, refreshToken.GetAuthorizationId(), "The session was ended.")
        {
            Actor = refreshToken.Id(),
            ActorEmail = refreshToken.GetClaim(Claims.Email),
        };
}
