using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;

namespace Shop.Shoppers;

/// <summary>What shoppers are made of.</summary>
internal static class ShoppersExtensions
{
    /// <summary>Adds them, with the settings under <c>Shoppers</c>.</summary>
    public static void AddShoppers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShoppersOptions>().BindConfiguration("Shoppers").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHttpClient(Store.Auth, client => client.BaseAddress = new Uri("http://auth"));
        builder.Services.AddHttpClient(Store.Product, client => client.BaseAddress = new Uri("http://product"))
            // Who has seen what became of an order hangs up, instead of waiting for the stream's end.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
        // All that shoppers send may be sent again: orders have a key, and to register or to cancel twice changes nothing.
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            options.Retry.ShouldHandle = new HttpRetryStrategyOptions().ShouldHandle;
            options.Retry.MaxRetryAttempts = 5;
            options.Retry.Delay = TimeSpan.FromSeconds(1);
            options.TotalRequestTimeout.Timeout = TimeSpan.FromMinutes(1);
        });
        // People go home at once; what they were at ends with them.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton<Store>();
        builder.Services.AddHostedService<Street>();
    }
}
