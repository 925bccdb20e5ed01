using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Hosting;

namespace Shop.AppHost;

/// <summary>Services that listen on their ports themselves.</summary>
public static class DirectPorts
{
    /// <summary>
    /// Lets each service that has one instance listen on its port itself, without Aspire's proxy in front of it: one hop less for each request,
    /// and a service that is not there yet refuses connections instead of holding them. A port that is taken is replaced by a free one, and
    /// the console says whose it is. In tests all ports are free ones.
    /// </summary>
    public static IDistributedApplicationBuilder UseDirectPorts(this IDistributedApplicationBuilder builder)
    {
        // Aspire's own setting, which its testing builder switches on.
        var random = string.Equals(builder.Configuration["DcpPublisher:RandomizePorts"], "true", StringComparison.OrdinalIgnoreCase);
        if (builder.ExecutionContext.IsRunMode)
        {
            builder.OnBeforeStart((start, _) =>
            {
                var logger = start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Ports");
                foreach (var service in builder.Resources.OfType<ProjectResource>())
                    ChoosePorts(service, random, logger);
                return Task.CompletedTask;
            });
        }

        return builder;
    }

    /// <summary>
    /// Replaces ports of the dashboard that are taken, by another copy of the system for example. Call it first: Aspire reads them from the
    /// environment as the builder is made.
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

            // Several instances need the proxy, which then chooses at random by itself.
            if (service.GetReplicaCount() == 1)
            {
                var port = random || endpoint.Port is null ? LoopbackPort.Free() : endpoint.Port;
                endpoint.IsProxied = false;
                (endpoint.Port, endpoint.TargetPort) = (port, port);
            }
        }
    }
}
