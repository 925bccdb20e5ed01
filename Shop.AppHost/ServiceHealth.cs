using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.AppHost;

/// <summary>Shows a service's <c>/health</c> in the dashboard, with the names of the checks that fail.</summary>
public static class ServiceHealthExtensions
{
    /// <summary>Adds the service's <c>/health</c> as its health check, which <c>WaitFor</c> waits for.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceHealth(this IResourceBuilder<ProjectResource> service)
    {
        var check = new ServiceHealth(service.GetEndpoint("http"));
        service.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration($"{service.Resource.Name}_health", check, null, null));
        return service.WithHealthCheck($"{service.Resource.Name}_health");
    }
}

internal sealed class ServiceHealth(EndpointReference endpoint) : IHealthCheck
{
    // After a failed check Aspire waits up to 5 s before the next one. So the check of a service that is not healthy yet polls that long before it
    // fails, and notices at once when that changes.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };

    private bool _wasHealthy;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var deadline = DateTime.UtcNow + (_wasHealthy ? TimeSpan.Zero : LongestWait);
        var result = await AskAsync(new Uri(endpoint.Url), cancellationToken);
        while (result.Status != HealthStatus.Healthy && DateTime.UtcNow < deadline)
        {
            await Task.Delay(Pause, cancellationToken);
            result = await AskAsync(new Uri(endpoint.Url), cancellationToken);
        }

        _wasHealthy = result.Status == HealthStatus.Healthy;
        return result;
    }

    /// <summary>What a service says of itself, with the checks that fail and why.</summary>
    internal static async Task<HealthCheckResult> AskAsync(Uri service, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(service, "/health"), cancellationToken);
            if (answer.Content.Headers.ContentType?.MediaType != "application/json")
                return HealthCheckResult.Unhealthy($"/health answers {(int)answer.StatusCode}");

            var report = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            var failing = report.TryGetProperty("checks", out var checks)
                ? string.Join("; ", checks.EnumerateObject().Where(check => Status(check.Value) != "healthy").Select(Describe))
                : "";
            return Status(report) switch
            {
                "healthy" => HealthCheckResult.Healthy(),
                "degraded" => HealthCheckResult.Degraded(failing),
                _ => HealthCheckResult.Unhealthy(failing),
            };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy(e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? "does not listen" : e.Message);
        }
    }

    private static string? Status(JsonElement check) => check.TryGetProperty("status", out var status) ? status.GetString() : null;

    private static string Describe(JsonProperty check) =>
        check.Value.TryGetProperty("reason", out var reason) && reason.GetString() is { Length: > 0 } why
            ? $"{check.Name}: {why}"
            : $"{check.Name} is {Status(check.Value)}";
}
