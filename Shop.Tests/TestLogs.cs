using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Tests;

internal static class TestLogs
{
    /// <summary>Leaves in the log what went wrong in AppHost, without all that servers and services say.</summary>
    public static void KeepQuiet(this IServiceCollection services) =>
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Shop.AppHost.Resources", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
}
