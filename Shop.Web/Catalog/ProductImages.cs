using System.Net;
using Shop.ServiceDefaults.Errors;
using Shop.Site.Pages;

namespace Shop.Web.Catalog;

/// <summary>Pictures of products. The browser reaches only Web, so Web passes them on.</summary>
public static class ProductImages
{
    /// <summary>Maps <c>/images/{id}</c>.</summary>
    public static void MapProductImages(this IEndpointRouteBuilder app) =>
        app.MapGet("/images/{id:guid}", PassOn).AllowAnonymous().ExcludeFromDescription();

    private static async Task PassOn(Guid id, int? v, CatalogClient catalog, HttpContext http, CancellationToken cancellationToken)
    {
        var response = http.Response;
        try
        {
            using var image = await catalog.OpenImageAsync(id, v, http.Request.Headers, cancellationToken);
            response.StatusCode = (int)image.StatusCode;
            if (image.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotModified))
                return;
            response.Headers.CacheControl = image.Headers.CacheControl?.ToString();
            response.Headers.ETag = image.Headers.ETag?.ToString();
            // Opened on its own, a picture is a page of this site: it may run nothing and load nothing.
            response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            if (image.StatusCode is HttpStatusCode.OK)
            {
                response.ContentType = image.Content.Headers.ContentType?.ToString();
                response.ContentLength = image.Content.Headers.ContentLength;
                await image.Content.CopyToAsync(response.Body, cancellationToken);
            }
        }
        catch (UnavailableException)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = ErrorPages.RetryAfter;
        }
    }
}
