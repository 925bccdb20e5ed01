using Microsoft.AspNetCore.ResponseCompression;

namespace Shop.Site.Pages;

/// <summary>
/// Compresses pages, over HTTPS, too: the one secret in them, the antiforgery token of the sign-out, is masked anew each time, which is what a guess by
/// the compressed length (BREACH) would need to stay the same.
/// </summary>
public static class PageCompression
{
    public static void AddPageCompression(this IServiceCollection services) => services.AddResponseCompression(options =>
    {
        options.EnableForHttps = true;
        options.MimeTypes = ["text/html", "text/plain", "application/xml", "application/json", "image/svg+xml"];
        options.Providers.Add<BrotliCompressionProvider>();
        options.Providers.Add<GzipCompressionProvider>();
    });
}
