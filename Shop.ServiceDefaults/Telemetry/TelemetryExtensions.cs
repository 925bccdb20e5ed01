using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shop.ServiceDefaults.Health;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>Logs, metrics and traces through OpenTelemetry.</summary>
internal static class TelemetryExtensions
{
    /// <summary>More than anybody looks at; under load, recording each would take a third of a service's time.</summary>
    private const int TracesPerSecond = 50;

    /// <summary>
    /// What a request or a command did is in its trace; the log is for what we have to say. A command that fails is an exception to
    /// whoever sent it, who handles it or lets it be logged; EF Core would log it as an error before that.
    /// </summary>
    private static readonly Dictionary<string, string?> QuietFrameworks = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Query"] = "None",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Update"] = "None",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:OpenIddict"] = "Warning",
        // An error for each time that somebody asks, ten a second while the system starts. Whoever asks is told, and what fails logs it itself.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        // Several entries for each order: for a dashboard, which finds them by the order's id. On the console they would drown everything else.
        ["Logging:Console:LogLevel:Shop.Product.Orders"] = "Warning",
        ["Logging:Console:LogLevel:Shop.Payment.Payments"] = "Warning",
    };

    /// <summary>Collects always, exports over OTLP only where the environment names an endpoint to export to.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // First, so that every other source of configuration overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietFrameworks });
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Npgsql", "Shop.*"))
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName, "Npgsql", "Shop.*")
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !HealthEndpoints.Serves(context.Request.Path))
                .AddHttpClientInstrumentation());

        // Whoever runs it may choose another one, by the name that all OpenTelemetry SDKs know.
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_TRACES_SAMPLER"]))
            telemetry.WithTracing(tracing => tracing.SetSampler(new ParentBasedSampler(new BoundedSampler(TracesPerSecond))));
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }
}
