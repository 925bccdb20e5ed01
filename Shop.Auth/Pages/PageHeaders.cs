using OpenIddict.Abstractions;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Pages;

/// <summary>Security headers of the pages; they are never cached.</summary>
internal sealed class PageHeaders(IConfiguration configuration) : IEndpointFilter
{
    // Browsers also apply form-action to the redirects that follow a form, and a sign-in ends at the storefront.
    private readonly string _policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (OwnSite.Storefront(configuration) is { } web ? " " + web.Address.GetLeftPart(UriPartial.Authority) : "");

    /// <summary>Makes a group of pages that anybody may open. The pages themselves find out who is signed in.</summary>
    public static RouteGroupBuilder MapPages(IEndpointRouteBuilder app, string prefix) =>
        app.MapGroup(prefix).AllowAnonymous().ExcludeFromDescription().WithMetadata(new ForPeople(), new TakesForm()).AddEndpointFilter<PageHeaders>();

    /// <summary>How a policy names a client's redirect address: by its origin, or by the scheme of an app.</summary>
    public static string Source(string redirectAddress) =>
        new Uri(redirectAddress) is { Scheme: "http" or "https" } site ? site.GetLeftPart(UriPartial.Authority) : new Uri(redirectAddress).Scheme + ":";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // A sign-in that a client started ends at that client's redirect address.
        var client = await ReturnAddress.ClientAsync(http.Request.Query["returnUrl"], http.RequestServices.GetRequiredService<IOpenIddictApplicationManager>(), http.RequestAborted);
        Set(http.Response.Headers, client);
        return await next(context);
    }

    /// <summary>Sets the headers. A form may lead to <paramref name="client"/>, a client's redirect address; null for none.</summary>
    public void Set(IHeaderDictionary headers, string? client = null)
    {
        headers.ContentSecurityPolicy = client is null ? _policy : $"{_policy} {Source(client)}";
        headers.CacheControl = "no-cache, no-store";
        headers.XFrameOptions = "DENY";
        // The address contains the client's request.
        headers["Referrer-Policy"] = "no-referrer";
    }
}
