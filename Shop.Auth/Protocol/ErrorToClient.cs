using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>
/// Sends the error of an authorization request to the client, where it belongs as soon as client and redirect address are known to belong together
/// (RFC 6749, 4.1.2.1). OpenIddict tells the person instead, whatever was wrong.
/// </summary>
internal sealed class ErrorToClient(IOpenIddictApplicationManager clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    /// <summary>Before the client's state and the issuer are attached, which is done where the answer goes to the client.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
        .UseScopedHandler<ErrorToClient>()
        .SetOrder(OpenIddictServerHandlers.Authentication.InferResponseMode.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.Request is not { } request || string.IsNullOrEmpty(context.Error) || !string.IsNullOrEmpty(context.RedirectUri)
            || request.ClientId is not { Length: > 0 } id || request.RedirectUri is not { Length: > 0 } address
            || await clients.FindByClientIdAsync(id, context.CancellationToken) is not { } client
            || !await clients.ValidateRedirectUriAsync(client, address, context.CancellationToken))
        {
            return;
        }
        context.RedirectUri = address;
        context.ResponseMode = request.ResponseMode is { Length: > 0 } wanted && context.Options.ResponseModes.Contains(wanted) ? wanted
            : request.IsFragmentResponseMode() ? ResponseModes.Fragment
            : ResponseModes.Query;
    }
}
