using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

internal static class OrchestrationServices
{
    public static void AddOrchestration(this IServiceCollection services)
    {
        services.AddSingleton<RunDirectory>();
        services.AddSingleton<ResourceStates>();
        services.AddSingleton<ResourceUrls>();
        services.AddSingleton<EndpointAllocator>();
        services.AddSingleton<ServerDirectories>();
        services.AddSingleton<ProjectExecutables>();
        services.AddSingleton<ProcessFactory>();
        services.AddHostedService<TelemetryReceiver>();
        services.AddSingleton<Orchestrator>();
        services.AddHostedService(s => s.GetRequiredService<Orchestrator>());
    }
}
