using Microsoft.Extensions.DependencyInjection;

namespace Shop.AppHost;

/// <summary>How much telemetry the services send to the dashboard.</summary>
public static class Telemetry
{
    /// <summary>
    /// Leaves sampling to the services: in Development, Aspire has every trace recorded, also those of a store under load. Bounds each export, and turns
    /// exports off where there is no dashboard, as in tests.
    /// </summary>
    public static IDistributedApplicationBuilder LimitTelemetry(this IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(service).WithEnvironment(context =>
            {
                context.EnvironmentVariables.Remove("OTEL_TRACES_SAMPLER");
                // Milliseconds. A service that stops flushes traces, metrics and logs one after the other. With a dashboard that has gone, each
                // takes 5 s by default: more than the orchestrator waits before it kills the service.
                context.EnvironmentVariables["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000";
                if (!context.ExecutionContext.Services.GetRequiredService<DistributedApplicationModel>().Resources.Any(x => x.Name == "aspire-dashboard"))
                    context.EnvironmentVariables.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
            });
        }

        return builder;
    }
}
