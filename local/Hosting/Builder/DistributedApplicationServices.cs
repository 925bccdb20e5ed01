using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>What an application is made of.</summary>
internal static class DistributedApplicationServices
{
    public static void AddApplication(this IServiceCollection services, DistributedApplicationBuilder builder, DistributedApplicationOptions options)
    {
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            // A check that fails while its resource starts is no news; what it says is in the resource's health report.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.None)
            .AddConfiguration(builder.Configuration.GetSection("Logging")));

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(builder.Eventing);
        services.AddSingleton(builder.ExecutionContext);
        services.AddSingleton(_ => new DistributedApplicationModel(builder.Resources));
        services.AddSingleton<ResourceLoggerService>();
        services.AddSingleton<ResourceNotificationService>();
        services.AddSingleton(s => new ResourceCommandService(
            s.GetRequiredService<ResourceNotificationService>(), s.GetRequiredService<ResourceLoggerService>(), s));
        services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior =
            options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable);

        services.AddHealthChecks();
        services.AddSingleton<HealthCheckHttpClient>();

        // In the order in which they start; they stop in the opposite one.
        services.AddHostedService<StartAnnouncement>();
        services.AddHostedService<HealthMonitor>();
        if (options.EnableResourceLogging)
            services.AddHostedService<ResourceLogForwarder>();
        services.AddOrchestration();
    }
}
