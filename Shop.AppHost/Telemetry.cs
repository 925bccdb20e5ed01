using Microsoft.Extensions.DependencyInjection;

namespace Shop.AppHost;

/// <summary>How much the services tell the dashboard.</summary>
public static class Telemetry
{
    /// <summary>
    /// Leaves the choice of traces to the services: in Development Aspire asks for each one, which halves what a busy store gets done. Where no
    /// dashboard runs, as in tests, nothing is exported.
    /// </summary>
    public static IDistributedApplicationBuilder UseServiceSampling(this IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(service).WithEnvironment(context =>
            {
                context.EnvironmentVariables.Remove("OTEL_TRACES_SAMPLER");
                if (!context.ExecutionContext.Services.GetRequiredService<DistributedApplicationModel>().Resources.Any(x => x.Name == "aspire-dashboard"))
                    context.EnvironmentVariables.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
            });
        }

        return builder;
    }
}
