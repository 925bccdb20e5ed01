using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.SigningIn;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.Protocol;

/// <summary>What browsers are told to refuse on the page that posts a code to its client: anything but OpenIddict's one script, and that form.</summary>
internal sealed class FormPostHeaders : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    /// <summary>OpenIddict's, to the letter; the conformance test would find another.</summary>
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
