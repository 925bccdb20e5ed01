using OpenIddict.Abstractions;
using Shop.Auth.Tokens;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.SigningIn;

/// <summary>What browsers are told to refuse on these pages, and never to keep.</summary>
internal sealed class PageHeaders(IConfiguration configuration) : IEndpointFilter
{
    /// <summary>Browsers hold the redirects that follow a form against form-action, too: a sign-in ends at the storefront.</summary>
    private readonly string _policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (WebClient.From(configuration) is { } web ? " " + web.Address.GetLeftPart(UriPartial.Authority) : "");

    /// <summary>A group of pages, which anybody may open: who it is, the pages find out themselves.</summary>
    public static RouteGroupBuilder MapPages(IEndpointRouteBuilder app, string prefix) =>
        app.MapGroup(prefix).AllowAnonymous().ExcludeFromDescription().WithMetadata(new ForPeople(), new TakesForm()).AddEndpointFilter<PageHeaders>().AddEndpointFilter<OutagePage>();

    /// <summary>How a policy names where a client is: its origin, or the scheme of an app.</summary>
    public static string Source(string redirectAddress) =>
        new Uri(redirectAddress) is { Scheme: "http" or "https" } site ? site.GetLeftPart(UriPartial.Authority) : new Uri(redirectAddress).Scheme + ":";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // Where a client sent the browser here, it ends there.
        var client = await ReturnAddress.ClientAsync(http.Request.Query["returnUrl"], http.RequestServices.GetRequiredService<IOpenIddictApplicationManager>(), http.RequestAborted);
        Set(http.Response.Headers, client);
        return await next(context);
    }

    /// <summary>Sets them. A form may lead to <paramref name="client"/>, the redirect address of a client; null when there is none.</summary>
    public void Set(IHeaderDictionary headers, string? client = null)
    {
        headers.ContentSecurityPolicy = client is null ? _policy : $"{_policy} {Source(client)}";
        headers.CacheControl = "no-cache, no-store";
        headers.XFrameOptions = "DENY";
        // The address holds the client's request.
        headers["Referrer-Policy"] = "no-referrer";
    }
}
