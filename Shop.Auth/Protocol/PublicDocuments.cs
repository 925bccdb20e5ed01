using Microsoft.AspNetCore;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Keys;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>Lets anybody keep the discovery document and the keys for a while: they are the same for all.</summary>
/// <typeparam name="TContext">Which of the two is answered.</typeparam>
internal sealed class PublicDocuments<TContext> : IOpenIddictServerHandler<TContext> where TContext : BaseRequestContext
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<TContext>()
        .UseSingletonHandler<PublicDocuments<TContext>>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ProcessJsonResponse<TContext>.Descriptor.Order - 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.Response is { Error: null } && context.Transaction.GetHttpRequest()?.HttpContext.Response is { } response)
        {
            response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = KeySchedule.KeptByCaches };
        }
        return default;
    }
}
