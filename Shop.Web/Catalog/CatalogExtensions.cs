using System.Text;
using Polly;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Web.Catalog;

/// <summary>Sets the catalog up.</summary>
public static class CatalogExtensions
{
    /// <summary>Adds what the pages of the catalog read from.</summary>
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<CategoryMenu>();
        services.AddHttpClient<CatalogClient>(http => http.BaseAddress = new("http://product"))
            // What a browser sent goes on as it came, and Kestrel reads headers as UTF-8.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
            .ForwardCaller().Impatient();
    }

    /// <summary>
    /// Somebody waits for the page. The defaults would try for half a minute while a service is away; this tries twice more, quickly,
    /// which outlasts a lost connection but not a restart, and says so.
    /// </summary>
    internal static void Impatient(this IHttpClientBuilder client)
    {
#pragma warning disable EXTEXP0001 // The one way to replace the handler that ConfigureHttpClientDefaults has added.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddStandardResilienceHandler(options =>
        {
            options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(6);
            options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(3);
            options.Retry.MaxRetryAttempts = 2;
            options.Retry.Delay = TimeSpan.FromMilliseconds(150);
            options.Retry.BackoffType = DelayBackoffType.Constant;
            options.Retry.ShouldRetryAfterHeader = false;
        });
    }
}
