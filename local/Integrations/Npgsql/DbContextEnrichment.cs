using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;
using Npgsql.EntityFrameworkCore.PostgreSQL.Storage.Internal;

namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

internal static class DbContextEnrichment
{
    /// <summary>Adds what the settings ask for to options that somebody else made, without overruling that somebody.</summary>
    /// <exception cref="InvalidOperationException">The options have a retry strategy or a timeout of their own that contradicts the settings.</exception>
    public static void Apply<TContext>(DbContextOptionsBuilder options, NpgsqlEntityFrameworkCorePostgreSQLSettings settings)
        where TContext : DbContext
    {
        var existing = options.Options.Extensions.OfType<RelationalOptionsExtension>().FirstOrDefault();
        options.UseNpgsql(npgsql =>
        {
            if (!settings.DisableRetry && MayRetry(options, existing))
                npgsql.EnableRetryOnFailure();
            if (settings.CommandTimeout is not { } seconds)
                return;
            if (existing?.CommandTimeout is { } other && other != seconds)
            {
                throw new InvalidOperationException(
                    $"CommandTimeout is {seconds} s in {nameof(NpgsqlEntityFrameworkCorePostgreSQLSettings)} but {other} s in " +
                    $"DbContextOptions<{typeof(TContext).Name}>.");
            }
            npgsql.CommandTimeout(seconds);
        });
    }

    private static bool MayRetry(DbContextOptionsBuilder options, RelationalOptionsExtension? existing)
    {
#pragma warning disable EF1001 // only the type of Npgsql's default strategy says that nobody chose one
        return existing?.ExecutionStrategyFactory?.Invoke(new ExecutionStrategyDependencies(null!, options.Options, null!)) switch
        {
            null => true,
            NpgsqlRetryingExecutionStrategy => false,
            { } strategy when strategy.GetType() == typeof(NpgsqlExecutionStrategy) => true,
            _ => throw new InvalidOperationException(
                $"{nameof(NpgsqlEntityFrameworkCorePostgreSQLSettings)}.{nameof(NpgsqlEntityFrameworkCorePostgreSQLSettings.DisableRetry)} " +
                "needs to be set when a custom execution strategy is configured."),
        };
#pragma warning restore EF1001
    }
}
