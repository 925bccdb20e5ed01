using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http.Features;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>Reads a request for what is known of a user: with the token in the header, and nowhere else.</summary>
internal sealed class UserInfoRequest : IOpenIddictServerHandler<ExtractUserInfoRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractUserInfoRequestContext>()
        .UseSingletonHandler<UserInfoRequest>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor.Order - 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <summary>After the request was read, and before its header is.</summary>
    public static OpenIddictServerHandlerDescriptor TokenDescriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractUserInfoRequestContext>()
        .UseInlineHandler(context =>
        {
            // Addresses end up in logs and histories; the other services do not look there either.
            context.Transaction.Request!.AccessToken = null;
            return default;
        })
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <summary>A POST that has no body needs no content type, which OpenIddict asks of each.</summary>
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
