using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>
/// Refuses a parameter that comes twice, at every endpoint (RFC 6749, 3.1 and 3.2): OpenIddict reads neither value, and goes on as if there were none.
/// </summary>
internal sealed class SingleParameters : IOpenIddictServerHandler<ProcessRequestContext>
{
    /// <summary>Those that may come several times (RFC 8707, RFC 8693).</summary>
    private static readonly string[] Plural = [Parameters.Audience, Parameters.Resource];

    /// <summary>After the request was read, at whichever endpoint, and before it is looked at.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
        .UseSingletonHandler<SingleParameters>()
        .SetOrder(OpenIddictServerHandlers.Authentication.ExtractAuthorizationRequest.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.Transaction.Request is { } request
            && request.GetParameters().Any(parameter => parameter.Value.Count > 1 && !Plural.Contains(parameter.Key)))
        {
            context.Reject(Errors.InvalidRequest, "A parameter comes more than once.");
        }
        return default;
    }
}
