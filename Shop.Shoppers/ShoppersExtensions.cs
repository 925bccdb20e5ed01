using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;

namespace Shop.Shoppers;

/// <summary>Registers the shoppers.</summary>
internal static class ShoppersExtensions
{
    /// <summary>Adds the shoppers, with the settings under <c>Shoppers</c>.</summary>
    public static void AddShoppers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShoppersOptions>().BindConfiguration("Shoppers").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHttpClient(Store.Auth, client => client.BaseAddress = new Uri("http://auth"));
        builder.Services.AddHttpClient(Store.Product, client => client.BaseAddress = new Uri("http://product"))
            // A shopper who knows the outcome of an order closes the stream of events instead of reading it to its end.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
        // Every request of a shopper may be retried: orders have an idempotency key, and registering or cancelling twice changes nothing.
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            options.Retry.ShouldHandle = new HttpRetryStrategyOptions().ShouldHandle;
            options.Retry.MaxRetryAttempts = 5;
            options.Retry.Delay = TimeSpan.FromSeconds(1);
            options.TotalRequestTimeout.Timeout = TimeSpan.FromMinutes(1);
        });
        // Visits are cancelled at shutdown.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton<Store>();
        builder.Services.AddHostedService<Street>();
    }
}
