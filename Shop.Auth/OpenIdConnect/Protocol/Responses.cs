using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.OpenIdConnect.Keys;
using Shop.Auth.Pages;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.OpenIdConnect.Protocol;

/// <summary>
/// Sends the error of an authorization request to the client once its redirect address is validated (RFC 6749, 4.1.2.1). OpenIddict by itself shows every error
/// to the user.
/// </summary>
internal sealed class ErrorToClient(IOpenIddictApplicationManager clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    /// <summary>Before OpenIddict attaches state and issuer, which it does only for a response to the client.</summary>
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

/// <summary>Security headers of the page that posts a code to its client: they allow OpenIddict's script and that form, nothing else.</summary>
internal sealed class FormPostHeaders : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    /// <summary>OpenIddict's script, character for character. The conformance test fails when it changes.</summary>
    private const string Script = "document.form.submit();";

    private static readonly string Hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)));

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
        .UseSingletonHandler<FormPostHeaders>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.Authentication.ProcessFormPostResponse.Descriptor.Order - 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.ResponseMode is ResponseModes.FormPost && context.RedirectUri is { Length: > 0 } address
            && context.Transaction.GetHttpRequest()?.HttpContext.Response.Headers is { } headers)
        {
            headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'sha256-{Hash}'; base-uri 'none'; frame-ancestors 'none'; form-action {PageHeaders.Source(address)}";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
        }
        return default;
    }
}

/// <summary>Makes the discovery document and the keys cacheable.</summary>
/// <typeparam name="TContext">The context of one of the two.</typeparam>
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
            response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = KeySchedule.KeptByCaches };
        return default;
    }
}
