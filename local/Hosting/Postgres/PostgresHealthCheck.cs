using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Hosting.Postgres;

/// <summary>Says that a database works when it answers SELECT 1.</summary>
internal sealed class PostgresHealthCheck(PostgresServerResource server, string databaseName) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!server.TryGetLastAnnotation<ConnectionStringRedirectAnnotation>(out _)
            && !await TcpProbe.AnswersAsync(server.PrimaryEndpoint, cancellationToken))
            return HealthCheckResult.Unhealthy("Nothing listens yet.");

        try
        {
            await using var connection = await OpenAsync(server, databaseName, cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    // No pool: its connections would outlive the server and fail the first check after it has been started again.
    public static async Task<NpgsqlConnection> OpenAsync(PostgresServerResource server, string databaseName, CancellationToken cancellationToken)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await server.GetConnectionStringAsync(cancellationToken))
        {
            Database = databaseName,
            Pooling = false,
            Timeout = 5,
        };
        var connection = new NpgsqlConnection(connectionString.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
