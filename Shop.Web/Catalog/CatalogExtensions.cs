using System.Text;
using Shop.ServiceDefaults.Hosting;
using Shop.Site.Services;

namespace Shop.Web.Catalog;

/// <summary>Sets the catalog up.</summary>
public static class CatalogExtensions
{
    /// <summary>Adds what the pages of the catalog read from.</summary>
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<CategoryMenu>();
        services.AddOutputCache(cache =>
        {
            (cache.SizeLimit, cache.MaximumBodySize) = (PageCache.SizeLimit, PageCache.MaximumBodySize);
            cache.AddPolicy(PageCache.Name, new PageCache());
        });
        services.AddHttpClient<CatalogClient>(http => http.BaseAddress = new("http://product"))
            // What a browser sent goes on as it came, and Kestrel reads headers as UTF-8.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
            .ForwardCaller().Impatient();
    }
}
