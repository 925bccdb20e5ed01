using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aspire.Hosting.RabbitMQ;

/// <summary>Says that a broker works as long as a connection to it is open.</summary>
internal sealed class RabbitMQHealthCheck(RabbitMQServerResource server) : IHealthCheck, IAsyncDisposable
{
    private IConnection? _connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_connection is { IsOpen: true })
            return HealthCheckResult.Healthy();
        if (!await TcpProbe.AnswersAsync(server.PrimaryEndpoint, cancellationToken))
            return HealthCheckResult.Unhealthy("Nothing listens yet.");

        try
        {
            await DisposeAsync();
            var factory = new ConnectionFactory
            {
                Uri = new Uri((await server.UriExpression.GetValueAsync(cancellationToken))!),
                AutomaticRecoveryEnabled = false,
                ClientProvidedName = "health check",
            };
            _connection = await factory.CreateConnectionAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RabbitMQClientException e)
        {
            return HealthCheckResult.Unhealthy(e.InnerException?.Message ?? e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
            await connection.DisposeAsync();
    }
}
