using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aspire.Hosting.Postgres;

/// <summary>Creates the databases of a server that works.</summary>
internal static class DatabaseCreation
{
    public static async Task CreateAllAsync(PostgresServerResource server, IServiceProvider services, CancellationToken cancellationToken)
    {
        var model = services.GetRequiredService<DistributedApplicationModel>();
        var databases = model.Resources.OfType<PostgresDatabaseResource>().Where(d => d.Parent == server).ToArray();
        if (databases.Length == 0)
            return;

        var log = services.GetRequiredService<ResourceLoggerService>().GetLogger(server);
        await using var connection = await PostgresHealthCheck.OpenAsync(server, "postgres", cancellationToken);
        foreach (var database in databases)
            await CreateAsync(connection, database, log, cancellationToken);
    }

    private static async Task CreateAsync(
        NpgsqlConnection connection, PostgresDatabaseResource database, ILogger log, CancellationToken cancellationToken)
    {
        using var quoting = new NpgsqlCommandBuilder();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a name that the application declares, quoted, or a script that it gives
        command.CommandText = database.TryGetLastAnnotation<CreationScriptAnnotation>(out var given)
            ? given.Script
            : $"CREATE DATABASE {quoting.QuoteIdentifier(database.DatabaseName)}";
#pragma warning restore CA2100
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            log.LogDebug("Database '{DatabaseName}' created successfully", database.DatabaseName);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            log.LogDebug("Database '{DatabaseName}' already exists", database.DatabaseName);
        }
        catch (PostgresException e)
        {
            // The database stays unhealthy and says so; the server and its other databases work.
            log.LogError(e, "Failed to create database '{DatabaseName}'", database.DatabaseName);
        }
    }
}
