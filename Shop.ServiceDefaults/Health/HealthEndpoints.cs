using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Health;

/// <summary><c>/health</c> says whether the service can do its work now, <c>/alive</c> whether the process is worth keeping.</summary>
internal static class HealthEndpoints
{
    private const string Ready = "/health";
    private const string Alive = "/alive";
    private const string Self = "self";

    public static bool Serves(PathString path) => path.StartsWithSegments(Ready) || path.StartsWithSegments(Alive);

    public static IHealthChecksBuilder AddSelfCheck(this IHealthChecksBuilder checks) => checks.AddCheck(Self, () => HealthCheckResult.Healthy());

    public static void MapHealth(this WebApplication app)
    {
        var detailed = app.Environment.IsDevelopment();
        Map(Ready, _ => true);
        Map(Alive, check => check.Name == Self);

        void Map(string path, Func<HealthCheckRegistration, bool> checks) =>
            app.MapHealthChecks(path, new HealthCheckOptions
            {
                Predicate = checks,
                ResponseWriter = (context, report) => WriteAsync(context, report, detailed),
            }).AllowAnonymous().DisableHttpMetrics();
    }

    /// <summary>Which check failed and why is for developers; the world outside learns only whether to send traffic here.</summary>
    private static Task WriteAsync(HttpContext context, HealthReport report, bool detailed) => context.Response.WriteAsJsonAsync(
        new HealthAnswer(
            report.Status,
            detailed ? report.Entries.ToDictionary(e => e.Key, e => new CheckAnswer(e.Value.Status, e.Value.Description ?? e.Value.Exception?.Message)) : null),
        context.RequestAborted);

    private sealed record HealthAnswer(
        HealthStatus Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Dictionary<string, CheckAnswer>? Checks);

    private sealed record CheckAnswer(
        HealthStatus Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
}
