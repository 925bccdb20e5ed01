using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.ServiceDefaults.Database;

/// <summary>
/// Applies the context's migrations before other hosted services start. Waits for a database that is not there yet; replicas take
/// turns by an advisory lock.
/// </summary>
internal sealed class Migrations<TContext>(IServiceScopeFactory scopes, NpgsqlDataSource database, ILogger<Migrations<TContext>> logger)
    : IHostedLifecycleService where TContext : DbContext
{
    /// <summary>The lock's key, the same in every service: advisory locks count per database. "shop" in ASCII.</summary>
    private const long LockKey = 0x73686f70;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            try
            {
                await MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (IsNotThereYet(e))
            {
                logger.LogWarning("The database is not reachable yet ({Reason}); the next try is in {Pause} s", e.Message, pause.TotalSeconds);
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private async Task MigrateAsync(CancellationToken cancel)
    {
        // On a connection of its own: it holds the lock until it is closed, whatever happens in between.
        await using var turn = await database.OpenConnectionAsync(cancel);
        await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", turn) { Parameters = { new() { Value = LockKey } }, CommandTimeout = 0 };
        await take.ExecuteNonQueryAsync(cancel);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TContext>().Database.MigrateAsync(cancel);
        }
        finally
        {
            await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", turn) { Parameters = { new() { Value = LockKey } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static bool IsNotThereYet(Exception? e) => e switch
    {
        null => false,
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => true,
        NpgsqlException { IsTransient: true } or SocketException => true,
        _ => IsNotThereYet(e.InnerException),
    };

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
