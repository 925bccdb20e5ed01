using System.Globalization;
using System.Text.RegularExpressions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>Refuses parameters of an authorization request that OpenIddict would take for absent, or for good.</summary>
internal sealed partial class AuthorizationParameters : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateAuthorizationRequestContext>()
        .UseSingletonHandler<AuthorizationParameters>()
        .SetOrder(OpenIddictServerHandlers.Authentication.ValidateProofKeyForCodeExchangeParameters.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        if ((string?)context.Request[Parameters.MaxAge] is { Length: > 0 } age && !int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            context.Reject(Errors.InvalidRequest, "The 'max_age' parameter must be a number of seconds.");
        }
        // A hash of SHA-256, as the one method that there is makes it; no verifier could ever match another.
        else if (context.Request.CodeChallenge is { } challenge && !Challenge().IsMatch(challenge))
        {
            context.Reject(Errors.InvalidRequest, "The 'code_challenge' parameter must be a SHA-256 hash in base64url.");
        }
        return default;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenge();
}
