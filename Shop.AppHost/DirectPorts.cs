using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Hosting;

namespace Shop.AppHost;

/// <summary>Lets services listen on their ports without a proxy.</summary>
public static class DirectPorts
{
    /// <summary>
    /// Takes Aspire's proxy away from each service with one instance. That saves a hop for each request, and a service that does not run refuses
    /// connections instead of holding them. A taken port is replaced by a free one, and the console names its owner. In tests all ports are random.
    /// </summary>
    public static IDistributedApplicationBuilder UseDirectPorts(this IDistributedApplicationBuilder builder)
    {
        // Aspire's setting, which its testing builder turns on.
        var random = string.Equals(builder.Configuration["DcpPublisher:RandomizePorts"], "true", StringComparison.OrdinalIgnoreCase);
        if (builder.ExecutionContext.IsRunMode)
        {
            builder.OnBeforeStart((start, _) =>
            {
                var logger = start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Ports");
                foreach (var service in builder.Resources.OfType<ProjectResource>())
                {
                    // Services speak plain HTTP. Otherwise Aspire warns that there is no trusted development certificate.
                    builder.CreateResourceBuilder(service).WithoutHttpsCertificate();
                    ChoosePorts(service, random, logger);
                }

                return Task.CompletedTask;
            });
        }

        return builder;
    }

    /// <summary>
    /// Replaces ports of the dashboard that are taken, for example by another copy of the system. Call it before the builder is created, which
    /// reads them from the environment.
    /// </summary>
    public static void FreeDashboardPorts()
    {
        foreach (var variable in (string[])["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"])
        {
            if (Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var url) && url.Port > 0 && !LoopbackPort.IsFree(url.Port))
            {
                var free = new UriBuilder(url) { Port = LoopbackPort.Free() }.Uri;
                Console.WriteLine($"  {variable} is {free.GetLeftPart(UriPartial.Authority)}: port {url.Port} is taken by {PortOwner.Describe(url.Port)}");
                Environment.SetEnvironmentVariable(variable, free.GetLeftPart(UriPartial.Authority));
            }
        }
    }

    private static void ChoosePorts(ProjectResource service, bool random, ILogger logger)
    {
        foreach (var endpoint in service.Annotations.OfType<EndpointAnnotation>())
        {
            if (!random && endpoint.Port is { } wanted && !LoopbackPort.IsFree(wanted))
            {
                endpoint.Port = LoopbackPort.Free();
                logger.LogWarning(
                    "{Service} listens on port {Port}: {Wanted} is taken by {Owner}", service.Name, endpoint.Port, wanted, PortOwner.Describe(wanted));
            }

            // Several instances need the proxy, which chooses their ports.
            if (service.GetReplicaCount() == 1)
            {
                var port = random || endpoint.Port is null ? LoopbackPort.Free() : endpoint.Port;
                endpoint.IsProxied = false;
                (endpoint.Port, endpoint.TargetPort) = (port, port);
            }
        }
    }
}
