using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>The name under which the issuer answers.</summary>
public static class IssuerHost
{
    /// <summary>
    /// Whatever host a request names, addresses that are written into answers (discovery, redirects) are those of the issuer as it is configured. A caller
    /// who could choose the host could have a cache or a link hand it to others.
    /// </summary>
    /// <param name="app">The issuer.</param>
    /// <param name="issuer">Its address.</param>
    public static void UseHostOf(this WebApplication app, Uri issuer)
    {
        var host = HostString.FromUriComponent(issuer);
        app.Use((context, next) =>
        {
            context.Request.Host = host;
            return next(context);
        });
    }
}
