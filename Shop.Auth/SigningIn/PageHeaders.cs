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

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Set(context.HttpContext.Response.Headers);
        return next(context);
    }

    public void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = _policy;
        headers.CacheControl = "no-cache, no-store";
        headers.XFrameOptions = "DENY";
        // The address holds the client's request.
        headers["Referrer-Policy"] = "no-referrer";
    }
}
