using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>Asks a path of every replica that runs and expects a status.</summary>
internal sealed class HttpHealthCheck(HealthCheckHttpClient client, EndpointReference endpoint, string path, int expectedStatus) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var url in Urls())
        {
            var uri = new Uri(new Uri(url), path);
            try
            {
                using var response = await client.GetAsync(uri, cancellationToken);
                if ((int)response.StatusCode != expectedStatus)
                    return HealthCheckResult.Unhealthy($"{uri} answered {(int)response.StatusCode} where {expectedStatus} was expected.");
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy($"{uri} did not answer: {e.Message}");
            }
        }

        return HealthCheckResult.Healthy();
    }

    // What stands in front of replicas would hide the one that does not work.
    private IEnumerable<string> Urls() =>
        endpoint.Resource.TryGetLastAnnotation<ReplicaEndpointsAnnotation>(out var replicas) && replicas.UrlsOf(endpoint) is { Count: > 0 } urls
            ? urls
            : [endpoint.Url];
}

/// <summary>Asks with little patience and without a trace: a check is repeated soon.</summary>
internal sealed class HealthCheckHttpClient : IDisposable
{
    // A service that takes longer to say that it works is not one to send customers to.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Patience,
    };

    public Task<HttpResponseMessage> GetAsync(Uri uri, CancellationToken cancellationToken) =>
        _client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _client.Dispose();
}
