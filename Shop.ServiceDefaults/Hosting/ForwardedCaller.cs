using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>
/// Tells another service of the shop on whose behalf it is called. If this service is among that one's <c>Proxies</c>, it limits each caller instead of all
/// callers of this service as one.
/// </summary>
public static class ForwardedCaller
{
    private const string Header = "X-Forwarded-For";

    /// <summary>Has requests of this client name the caller of the request that they are made for. Not for services of others: it is personal.</summary>
    public static IHttpClientBuilder ForwardCaller(this IHttpClientBuilder client)
    {
        client.Services.AddHttpContextAccessor();
        return client.AddHttpMessageHandler(services => new Handler(services.GetRequiredService<IHttpContextAccessor>()));
    }

    /// <summary>Names the caller at the other end of a connection; nothing where that is unknown.</summary>
    internal static void ForwardCaller(this HttpRequestMessage request, ConnectionInfo connection)
    {
        if (connection.RemoteIpAddress is { } address && !request.Headers.Contains(Header))
            request.Headers.Add(Header, address.ToString());
    }

    private sealed class Handler(IHttpContextAccessor http) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (http.HttpContext is { } context)
                request.ForwardCaller(context.Connection);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
