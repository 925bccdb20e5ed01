using Microsoft.Net.Http.Headers;

namespace Shop.Site.Pages;

/// <summary>
/// Refuses what another site's page sends here in a visitor's name. Browsers say where a request comes from, by <c>Sec-Fetch-Site</c> and, those
/// from before 2023, by <c>Origin</c>, and no page can make them say something else. Unlike a token in each form this asks nothing of the page: a
/// form goes on working after the visitor has signed in or out in another tab.
/// </summary>
public static class CrossSiteForms
{
    public static void UseCrossSiteForms(this WebApplication app) => app.Use((context, next) =>
    {
        if (IsSafe(context.Request))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    internal static bool IsSafe(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return true;
        // "none": the visitor's own doing, such as a reload. Programs that are no browser send neither header, and have no cookies to misuse.
        return request.Headers["Sec-Fetch-Site"].ToString() switch
        {
            "" => IsOurs(request.Headers[HeaderNames.Origin].ToString(), request),
            var site => site is "same-origin" or "none",
        };
    }

    private static bool IsOurs(string origin, HttpRequest request) =>
        origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
