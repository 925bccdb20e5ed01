using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Reset data</i>.</summary>
public static class ResetCommand
{
    public const string Name = "reset";

    /// <summary>A service's own schema goes as a whole; at its next start the service makes it anew, as in a new database.</summary>
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
    /// Adds a command to a database that makes the store a new one, but for its accounts. What the services know of each other's data (orders,
    /// payments, messages between them) goes together, while they stand still: else a message of an old order would meet the new store.
    /// </summary>
    /// <param name="database">Where the command is shown. It is emptied.</param>
    /// <param name="broker">Messages on their way between the services are thrown away.</param>
    /// <param name="others">Databases that are emptied too.</param>
    /// <param name="services">Whose databases these are. They are stopped, and started again.</param>
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
            Description = "Forgets all products, orders and payments, and begins with the first catalog. Accounts stay.",
            ConfirmationMessage = "Forget all products, orders and payments? The store begins anew; only accounts stay. It is closed for some seconds.",
            IconName = "DeleteDismiss",
            UpdateState = Commands.WhenRunning,
            Progress = new CommandProgressOptions { Message = "The store begins anew", HideCancelButton = true },
        });
    }

    private sealed class Reset(IReadOnlyList<IResourceWithConnectionString> databases, RabbitMQServerResource broker, IReadOnlyList<ProjectResource> services)
    {
        private int _running;

        public async Task<ExecuteCommandResult> RunAsync(ExecuteCommandContext context)
        {
            if (Interlocked.Exchange(ref _running, 1) == 1)
                return CommandResults.Failure("The store is being reset already.");

            try
            {
                return await Commands.TryAsync(() => ResetAsync(context.Services));
            }
            finally
            {
                Volatile.Write(ref _running, 0);
            }
        }

        // Nobody can call it off half-way.
        private async Task<ExecuteCommandResult> ResetAsync(IServiceProvider provider)
        {
            // Before anything stops: without the broker it would be half a reset.
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

            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var notifications = provider.GetRequiredService<ResourceNotificationService>();
            await Task.WhenAll(services.Select(service => notifications.WaitForResourceHealthyAsync(service.Name, patience.Token)));
            return CommandResults.Success("The store is a new one.");
        }

        private static async Task EmptyAsync(IResourceWithConnectionString database)
        {
            await using var source = NpgsqlDataSource.Create($"{await database.GetConnectionStringAsync()};Pooling=false");
            await using var empty = source.CreateCommand(EmptySql);
            await empty.ExecuteNonQueryAsync();
        }

        // A queue is named for the service that reads it; its dead letters stand in one beside it.
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
