using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Messaging.Outbox;

namespace Shop.Messaging.Database;

/// <summary>Adds a service's database.</summary>
public static class DatabaseExtensions
{
    /// <summary>
    /// Adds the context for LINQ, <see cref="Transactions"/> and an <see cref="NpgsqlDataSource"/> for hot paths, all on one connection pool, with snake_case
    /// names, health check and telemetry, and brings the schema up to date before anything else of the service starts.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="name">The name of the connection string.</param>
    /// <exception cref="InvalidOperationException">There is no such connection string.</exception>
    public static IHostApplicationBuilder AddShopDatabase<TContext>(this IHostApplicationBuilder builder, string name) where TContext : DbContext
    {
        builder.Services.AddNpgsqlDataSource(ConnectionString(builder, name));
        builder.AddNpgsqlDbContext<TContext>(name, configureDbContextOptions: options => options
            .UseSnakeCaseNamingConvention());
        builder.Services.ConfigureDbContext<TContext>((services, options) => options
            .UseNpgsql(
                services.GetRequiredService<NpgsqlDataSource>(),
                // Few and fast: better a 503 now than in half a minute.
                npgsql => npgsql.EnableRetryOnFailure(maxRetryCount: 2, maxRetryDelay: TimeSpan.FromSeconds(1), errorCodesToAdd: null))
            .AddInterceptors(new OutboxInterceptor(services.GetRequiredService<OutboxSignal>())));
        builder.Services.AddSingleton<OutboxSignal>();
        builder.Services.AddSingleton<Transactions>();
        builder.Services.AddHostedService<Migrations<TContext>>();
        return builder;
    }

    /// <summary>
    /// What every connection string here begins with; the one that is given follows, and so has the last word.
    /// </summary>
    // - Maximum Pool Size: PostgreSQL allows 100 connections unless told otherwise, and several services with replicas share them.
    // - No automatic preparation, which breaks the requests of others when a value is refused (decision 8): frequent statements are prepared
    //   explicitly (PreparedStatements).
    // - plan_cache_mode: they are planned once, too. By default the server plans a statement over arrays at each run, which takes longer than
    //   the run.
    // - Include Failed Batched Command: tells which unit of work a shared transaction was refused for.
    // - No Reset On Close: nothing here leaves settings behind on a connection, and clearing them takes longer than many a statement.
    public const string ConnectionDefaults =
        "Maximum Pool Size=30;Max Auto Prepare=0;Options=-c plan_cache_mode=force_generic_plan;No Reset On Close=true;Include Failed Batched Command=true;";

    private static string ConnectionString(IHostApplicationBuilder builder, string name) =>
        ConnectionDefaults + (builder.Configuration.GetConnectionString(name)
            ?? (EF.IsDesignTime ? "Host=design-time" : throw new InvalidOperationException($"The connection string '{name}' is missing.")));
}
