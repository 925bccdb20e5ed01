using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>A way to send telemetry.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC.</summary>
    Grpc,

    /// <summary>HTTP with Protobuf.</summary>
    HttpProtobuf,
}

/// <summary>Has resources send telemetry.</summary>
public static class OtlpConfigurationExtensions
{
    // Where the dashboard listens when nobody has said anything.
    private const string DefaultEndpoint = "http://localhost:18889";

    /// <summary>Has the resource send telemetry.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddOtlpEnvironment(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment);
        return builder;
    }

    /// <summary>Has the resource send telemetry in that way.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder, OtlpProtocol protocol) where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddOtlpEnvironment(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment, protocol);
        return builder;
    }

    /// <summary>Has the resource send telemetry.</summary>
    public static void AddOtlpEnvironment(IResource resource, IConfiguration configuration, IHostEnvironment environment) =>
        Add(resource, configuration, environment, new OtlpExporterAnnotation());

    /// <summary>Has the resource send telemetry in that way.</summary>
    public static void AddOtlpEnvironment(IResource resource, IConfiguration configuration, IHostEnvironment environment, OtlpProtocol protocol) =>
        Add(resource, configuration, environment, new OtlpExporterAnnotation { RequiredProtocol = protocol });

    private static void Add(IResource resource, IConfiguration configuration, IHostEnvironment environment, OtlpExporterAnnotation exporter)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        resource.Annotations.Add(exporter);
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            if (context.ExecutionContext.IsPublishMode)
                return;

            var (endpoint, protocol) = Find(configuration, exporter.RequiredProtocol);
            var variables = context.EnvironmentVariables;
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
            variables["OTEL_SERVICE_NAME"] = resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = new InstanceAttributes();
            if (configuration["AppHost:OtlpApiKey"] is { } key)
                variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
            if (!environment.IsDevelopment())
                return;

            // One who develops wants to see everything, and at once: milliseconds.
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }));
    }

    private static (string Endpoint, string Protocol) Find(IConfiguration configuration, OtlpProtocol? required)
    {
        var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"];
        var http = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
        return required switch
        {
            OtlpProtocol.HttpProtobuf => (http ?? throw new InvalidOperationException(
                "OtlpExporter is configured to require http/protobuf, but no endpoint was configured for ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"),
                "http/protobuf"),
            null when grpc is null && http is not null => (http, "http/protobuf"),
            _ => (grpc ?? DefaultEndpoint, "grpc"),
        };
    }

    /// <summary>Names the replica that sends.</summary>
    private sealed class InstanceAttributes : IValueProvider, IManifestExpressionProvider
    {
        public string ValueExpression => "service.instance.id={instance}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new((string?)null);

        public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
            new(context is ReplicaValueContext replica ? $"service.instance.id={replica.Instance.Suffix}" : null);
    }
}
