using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire;

internal static class HealthCheckRegistrations
{
    /// <summary>Adds a health check unless one of that name was added before; a client may be registered several times.</summary>
    public static void TryAddHealthCheck(this IHostApplicationBuilder builder, string name, Action<IHealthChecksBuilder> add)
    {
        if (builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
            add(builder.Services.AddHealthChecks());
    }
}
