using System.Text;
using System.Xml;
using Shop.Web.Catalog;

namespace Shop.Web.Information;

/// <summary>What search engines are told: which pages to leave alone, and where all the others are.</summary>
internal static class Robots
{
    /// <summary>How many products the site map names, the newest ones; a site map may have 50,000 addresses.</summary>
    private const int MostProducts = 5_000;

    private const int PageSize = 100;

    private const string Rules = "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /orders\nDisallow: /account\nDisallow: /sign-in\nDisallow: /search\n";

    public static void MapRobots(this IEndpointRouteBuilder app)
    {
        app.MapGet("/robots.txt", (HttpRequest request) => TypedResults.Text($"{Rules}Sitemap: {Site(request)}/sitemap.xml\n"))
            .AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/sitemap.xml", WriteAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task WriteAsync(HttpContext http, CatalogClient catalog, CancellationToken cancellationToken)
    {
        var site = Site(http.Request);
        // Before the first byte, so that a catalog that is away is told by the status.
        var categories = await catalog.CategoriesAsync(cancellationToken);
        http.Response.ContentType = "application/xml; charset=utf-8";
        http.Response.Headers.CacheControl = "public, max-age=3600";
        await using var xml = XmlWriter.Create(http.Response.Body, new() { Async = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
        await xml.WriteStartElementAsync(null, "urlset", "http://www.sitemaps.org/schemas/sitemap/0.9");
        foreach (var path in (string[])["/", "/help", "/legal", .. categories.Select(category => new ProductList(category.Slug).Path)])
            await WriteAddressAsync(site + path);
        var list = new ProductList(Sort: "newest");
        for (var count = 0; count < MostProducts; count += PageSize)
        {
            if (await catalog.ListAsync(list, PageSize, cancellationToken) is not { } page)
                break;
            foreach (var product in page.Items)
                await WriteAddressAsync(site + Display.Address(product.Id, product.Slug));
            if (page.Next is null)
                break;
            list = list with { After = page.Next };
        }
        await xml.WriteEndElementAsync();

        async Task WriteAddressAsync(string address)
        {
            await xml.WriteStartElementAsync(null, "url", null);
            await xml.WriteElementStringAsync(null, "loc", null, address);
            await xml.WriteEndElementAsync();
        }
    }

    private static string Site(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
