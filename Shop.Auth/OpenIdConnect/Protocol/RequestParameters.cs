using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http.Features;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.OpenIdConnect.Protocol;

/// <summary>
/// Rejects a repeated parameter, at every endpoint (RFC 6749, 3.1 and 3.2). OpenIddict by itself ignores both values.
/// </summary>
internal sealed class SingleParameters : IOpenIddictServerHandler<ProcessRequestContext>
{
    /// <summary>Parameters that may be repeated (RFC 8707, RFC 8693).</summary>
    private static readonly string[] Repeatable = [Parameters.Audience, Parameters.Resource];

    /// <summary>After the request is extracted, at any endpoint, and before it is validated.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
        .UseSingletonHandler<SingleParameters>()
        .SetOrder(OpenIddictServerHandlers.Authentication.ExtractAuthorizationRequest.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.Transaction.Request is { } request
            && request.GetParameters().Any(parameter => parameter.Value.Count > 1 && !Repeatable.Contains(parameter.Key)))
        {
            context.Reject(Errors.InvalidRequest, "A parameter comes more than once.");
        }
        return default;
    }
}

/// <summary>Rejects values of authorization parameters that OpenIddict would ignore or accept.</summary>
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
            context.Reject(Errors.InvalidRequest, "The 'max_age' parameter must be a number of seconds.");
        // S256 is the only method, and no verifier could ever match a challenge of another form.
        else if (context.Request.CodeChallenge is { } challenge && !Challenge().IsMatch(challenge))
        {
            context.Reject(Errors.InvalidRequest, "The 'code_challenge' parameter must be a SHA-256 hash in base64url.");
        }
        return default;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenge();
}

/// <summary>Accepts the token of a userinfo request in the Authorization header only.</summary>
internal sealed class UserInfoRequest : IOpenIddictServerHandler<ExtractUserInfoRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractUserInfoRequestContext>()
        .UseSingletonHandler<UserInfoRequest>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor.Order - 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <summary>After the request is extracted, and before its header is read.</summary>
    public static OpenIddictServerHandlerDescriptor TokenDescriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractUserInfoRequestContext>()
        .UseInlineHandler(context =>
        {
            // Like the other services. Tokens in URLs end up in logs and browser histories.
            context.Transaction.Request!.AccessToken = null;
            return default;
        })
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <summary>Lets a POST without a body omit the content type, which OpenIddict requires.</summary>
    public ValueTask HandleAsync(ExtractUserInfoRequestContext context)
    {
        if (context.Transaction.GetHttpRequest() is { } request && HttpMethods.IsPost(request.Method) && string.IsNullOrEmpty(request.ContentType)
            && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is null or { CanHaveBody: false })
        {
            request.ContentType = "application/x-www-form-urlencoded";
        }
        return default;
    }
}
