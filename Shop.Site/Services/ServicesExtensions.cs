using Polly;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Site.Services;

/// <summary>How this site calls the services behind it.</summary>
public static class ServicesExtensions
{
    /// <summary>Adds a <see cref="ServiceApi"/>.</summary>
    /// <param name="services">The site's services.</param>
    /// <param name="address">Where its service is.</param>
    public static void AddServiceApi<TApi>(this IServiceCollection services, Uri address) where TApi : ServiceApi
    {
        services.AddHttpContextAccessor();
        services.AddHttpClient<TApi>(http => http.BaseAddress = address).ForwardCaller().Impatient();
    }

    /// <summary>
    /// Somebody waits for the page. The defaults would try for half a minute while a service is away; this tries twice more, quickly,
    /// which outlasts a lost connection but not a restart, and says so. What might then be done twice is not tried again.
    /// </summary>
    public static void Impatient(this IHttpClientBuilder client)
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
            var isTransient = options.Retry.ShouldHandle;
            options.Retry.ShouldHandle = async outcome => MayRepeat(outcome.Context.GetRequestMessage()) && await isTransient(outcome);
        });
    }

    /// <summary>Adds a client without a time-out, which repeats nothing: for streams and files, which take as long as they take.</summary>
    /// <param name="services">The site's services.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="address">Where its service is.</param>
    public static void AddStreamingClient(this IServiceCollection services, string name, Uri address)
    {
        var client = services.AddHttpClient(name, http => (http.BaseAddress, http.Timeout) = (address, Timeout.InfiniteTimeSpan)).ForwardCaller();
#pragma warning disable EXTEXP0001 // The one way to take the handler away that ConfigureHttpClientDefaults has added.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
    }

    private static bool MayRepeat(HttpRequestMessage? request) =>
        request is not null && (request.Method != HttpMethod.Post || request.Headers.Contains("Idempotency-Key"));
}
