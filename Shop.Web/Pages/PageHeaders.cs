namespace Shop.Web.Pages;

/// <summary>What browsers are told to refuse on every page of this site.</summary>
public static class PageHeaders
{
    /// <summary>Everything a page needs comes from this site, and there is no script.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Sets the headers when the response starts, so that error pages have them too; an endpoint may set a stricter policy of its own.
    /// </summary>
    public static void UsePageHeaders(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.ContentSecurityPolicy = headers.ContentSecurityPolicy is [_, ..] own ? own : ContentSecurityPolicy;
                headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers.XFrameOptions = "DENY";
                return Task.CompletedTask;
            }, context.Response);
            return next(context);
        });
    }
}
