using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Database;

/// <summary>
/// Applies the context's migrations before other hosted services start. Waits for a database that is not there yet; replicas take turns.
/// </summary>
internal sealed class Migrations<TContext>(IServiceScopeFactory scopes, NpgsqlDataSource database, ILogger<Migrations<TContext>> logger)
    : StartupTask where TContext : DbContext
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            try
            {
                await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
                await using var scope = scopes.CreateAsyncScope();
                var context = scope.ServiceProvider.GetRequiredService<TContext>();
                // A table that is written anew takes as long as it is large.
                context.Database.SetCommandTimeout(TimeSpan.FromHours(1));
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (IsNotThereYet(e))
            {
                logger.LogWarning("The database is not reachable yet ({Reason}); the next try is in {Pause} s", e.Message, pause.TotalSeconds);
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private static bool IsNotThereYet(Exception? e) => e switch
    {
        null => false,
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => true,
        NpgsqlException { IsTransient: true } or SocketException => true,
        _ => IsNotThereYet(e.InnerException),
    };
}
