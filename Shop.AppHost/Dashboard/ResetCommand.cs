using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Reset data</i>.</summary>
public static class ResetCommand
{
    public const string Name = "reset";

    /// <summary>Drops every schema. The services recreate theirs at the next start, as in a new database.</summary>
    private const string EmptySql = """
        DO $$
        DECLARE owned text;
        BEGIN
            FOR owned IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
                EXECUTE format('DROP SCHEMA %I CASCADE', owned);
            END LOOP;
            CREATE SCHEMA public;
        END $$
        """;

    /// <summary>
    /// Adds a command to a database that resets the store, except for its accounts. Orders, payments and the messages between the services go
    /// together, while the services are stopped. Otherwise a message about an old order would reach the new store.
    /// </summary>
    /// <param name="database">Shows the command, and is emptied.</param>
    /// <param name="broker">Its queues are purged.</param>
    /// <param name="others">Emptied too.</param>
    /// <param name="services">The services that use these databases. They are stopped meanwhile.</param>
    public static IResourceBuilder<T> WithReset<T>(
        this IResourceBuilder<T> database,
        IResourceBuilder<RabbitMQServerResource> broker,
        IReadOnlyList<IResourceBuilder<T>> others,
        IReadOnlyList<IResourceBuilder<ProjectResource>> services) where T : IResourceWithConnectionString
    {
        var reset = new Reset(
            [database.Resource, .. others.Select(other => (IResourceWithConnectionString)other.Resource)],
            broker.Resource,
            [.. services.Select(service => service.Resource)]);
        return database.WithCommand(Name, "Reset data", reset.RunAsync, new CommandOptions
        {
            Description = "Deletes all products, orders and payments, and starts again with the initial catalog. Accounts stay.",
            ConfirmationMessage = "Delete all products, orders and payments? Only accounts stay. The store is down for some seconds.",
            IconName = "DeleteDismiss",
            UpdateState = Commands.WhenRunning,
            Progress = new CommandProgressOptions { Message = "Resetting the store", HideCancelButton = true },
        });
    }

    private sealed class Reset(IReadOnlyList<IResourceWithConnectionString> databases, RabbitMQServerResource broker, IReadOnlyList<ProjectResource> services)
    {
        private readonly Lock _lock = new();
        private Task<ExecuteCommandResult> _last = Task.FromResult(CommandResults.Success());

        // Cannot be cancelled half-way.
        public Task<ExecuteCommandResult> RunAsync(ExecuteCommandContext context)
        {
            lock (_lock)
            {
                return _last.IsCompleted
                    ? _last = Commands.TryAsync(() => ResetAsync(context.Services))
                    : Task.FromResult(CommandResults.Failure("The store is being reset already."));
            }
        }

        private async Task<ExecuteCommandResult> ResetAsync(IServiceProvider provider)
        {
            // Connects before anything stops: without the broker the reset would be incomplete.
            await using var connection = await new ConnectionFactory { Uri = new Uri((await broker.ConnectionStringExpression.GetValueAsync(default))!) }
                .CreateConnectionAsync();
            var commands = provider.GetRequiredService<ResourceCommandService>();
            await Task.WhenAll(services.Select(service => commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand)));
            try
            {
                foreach (var database in databases)
                    await EmptyAsync(database);
                await PurgeAsync(connection);
            }
            finally
            {
                await Task.WhenAll(services.Select(service => commands.ExecuteCommandAsync(service, KnownResourceCommands.StartCommand)));
            }

            using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var notifications = provider.GetRequiredService<ResourceNotificationService>();
            await Task.WhenAll(services.Select(service => notifications.WaitForResourceHealthyAsync(service.Name, timeout.Token)));
            return CommandResults.Success("The store has been reset.");
        }

        private static async Task EmptyAsync(IResourceWithConnectionString database)
        {
            await using var source = NpgsqlDataSource.Create($"{await database.GetConnectionStringAsync()};Pooling=false");
            await using var empty = source.CreateCommand(EmptySql);
            await empty.ExecuteNonQueryAsync();
        }

        // Each queue has a second one for its dead letters.
        private static async Task PurgeAsync(IConnection connection)
        {
            foreach (var queue in (string[])["payment.orders", "product.payments"])
            {
                await using var channel = await connection.CreateChannelAsync();
                await channel.QueuePurgeAsync(queue);
                await channel.QueuePurgeAsync($"{queue}.dead");
            }
        }
    }
}
