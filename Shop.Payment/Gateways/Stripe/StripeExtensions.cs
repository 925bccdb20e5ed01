using Microsoft.Extensions.Options;
using Stripe;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>Stripe as the gateway.</summary>
internal static class StripeExtensions
{
    private const string ClientName = "stripe";

    /// <summary>Longer than any caller waits: each has a time-out of its own.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(65);

    /// <summary>Adds it, with a client of its own.</summary>
    public static void AddStripe(this IServiceCollection services)
    {
        services.AddOptions<StripeOptions>().BindConfiguration("Payment:Stripe")
            .Configure<IConfiguration>((stripe, configuration) => stripe.ReturnTo ??= configuration.GetValue<Uri>("Payment:Storefront"))
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(ClientName, http => http.Timeout = LongestCall)
            // One client for the life of the service; its connections are renewed, for when the address of Stripe changes.
            .UseSocketsHttpHandler((http, _) => http.PooledConnectionLifetime = TimeSpan.FromMinutes(5))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Those who ask the gateway try again and keep time themselves; and it is not one of our services, to be discovered.
            .ConfigureAdditionalHttpMessageHandlers((handlers, _) => handlers.Clear());
        services.AddSingleton<IStripeClient>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StripeOptions>>().Value;
            var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName);
            return new StripeClient(
                options.ApiKey,
                httpClient: new SystemNetHttpClient(http, maxNetworkRetries: 0, enableTelemetry: false),
                apiBase: options.ApiBase?.AbsoluteUri.TrimEnd('/'));
        });
        services.AddSingleton<IPaymentGateway, StripeGateway>();
    }
}
