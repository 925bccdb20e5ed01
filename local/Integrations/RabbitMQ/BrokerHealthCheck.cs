using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Healthy when the broker opens a channel. A connection that cannot be had counts as an unhealthy broker.</summary>
internal sealed class BrokerHealthCheck(Func<IConnection> connection) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // An exception here becomes the registration's failure status, with the exception as its reason.
        await using var channel = await connection().CreateChannelAsync(cancellationToken: cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
