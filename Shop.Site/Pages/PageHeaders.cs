namespace Shop.Site.Pages;

/// <summary>What browsers are told to refuse on every page of this site.</summary>
public static class PageHeaders
{
    /// <summary>Everything a page needs comes from this site, its one script, too. Signing out is a form, and leads to <paramref name="issuer"/>.</summary>
    public static string ContentSecurityPolicy(Uri issuer) =>
        $"default-src 'none'; img-src 'self'; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self' {issuer.GetLeftPart(UriPartial.Authority)}; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Sets the headers when the response starts, so that error pages have them too; an endpoint may set a stricter policy of its own.
    /// </summary>
    public static void UsePageHeaders(this WebApplication app, Uri issuer)
    {
        var policy = ContentSecurityPolicy(issuer);
        app.Use((context, next) =>
        {
            context.Response.OnStarting(state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.ContentSecurityPolicy = headers.ContentSecurityPolicy is [_, ..] own ? own : policy;
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
