using System.Diagnostics.CodeAnalysis;
using Aspire;
using Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers a DbContext on PostgreSQL with pooling, retries, a health check, traces and metrics.</summary>
public static class AspireEFPostgreSqlExtensions
{
    private const string SectionName = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";
    private const DynamicallyAccessedMemberTypes NeededByEF =
        DynamicallyAccessedMemberTypes.PublicConstructors |
        DynamicallyAccessedMemberTypes.NonPublicConstructors |
        DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Registers <typeparamref name="TContext"/> as a pooled context on the database of that connection name.</summary>
    /// <param name="builder">Where configuration is read and services are added.</param>
    /// <param name="connectionName">The name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Changes the settings after configuration was read.</param>
    /// <param name="configureDbContextOptions">Changes the context's options last.</param>
    /// <exception cref="InvalidOperationException">In Development, when the context is registered already. Later, when the first context
    /// is made, if there is no connection string.</exception>
    public static void AddNpgsqlDbContext<[DynamicallyAccessedMembers(NeededByEF)] TContext>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null,
        Action<DbContextOptionsBuilder>? configureDbContextOptions = null) where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        if (builder.Environment.IsDevelopment() && IsRegistered<TContext>(builder))
        {
            throw new InvalidOperationException(
                $"DbContext<{typeof(TContext).Name}> is already registered. Remove 'services.AddDbContext<{typeof(TContext).Name}>()' " +
                $"where '{nameof(AddNpgsqlDbContext)}()' is called, or call '{nameof(EnrichNpgsqlDbContext)}()' instead.");
        }

        var settings = Read<TContext>(builder, connectionName);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddDbContextPool<TContext>(options =>
        {
            // Here and not above, so that the complaint comes when there is a logger to carry it and design-time tools work without a database.
            if (string.IsNullOrWhiteSpace(settings.ConnectionString) && !EF.IsDesignTime)
            {
                throw new InvalidOperationException(
                    $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the " +
                    $"'ConnectionString' key in '{SectionName}' or '{SectionName}:{typeof(TContext).Name}' configuration section.");
            }
            options.UseNpgsql(settings.ConnectionString, npgsql =>
            {
                if (!settings.DisableRetry)
                    npgsql.EnableRetryOnFailure();
                if (settings.CommandTimeout is { } seconds)
                    npgsql.CommandTimeout(seconds);
            });
            configureDbContextOptions?.Invoke(options);
        });
        Observe<TContext>(builder, settings);
    }

    /// <summary>Adds retries, a health check, traces and metrics to a context that was registered by other means.</summary>
    /// <param name="builder">Where configuration is read and services are added.</param>
    /// <param name="configureSettings">Changes the settings after configuration was read.</param>
    /// <exception cref="InvalidOperationException">The context is not registered, or its own options contradict the settings.</exception>
    public static void EnrichNpgsqlDbContext<[DynamicallyAccessedMembers(NeededByEF)] TContext>(
        this IHostApplicationBuilder builder,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null) where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);

        var settings = Read<TContext>(builder, connectionName: null);
        configureSettings?.Invoke(settings);
        if (!settings.DisableRetry || settings.CommandTimeout is not null)
        {
            if (!IsRegistered<TContext>(builder))
            {
                throw new InvalidOperationException(
                    $"DbContext<{typeof(TContext).Name}> is not registered. Register it before '{nameof(EnrichNpgsqlDbContext)}()'.");
            }
            builder.Services.ConfigureDbContext<TContext>(options => DbContextEnrichment.Apply<TContext>(options, settings));
        }
        Observe<TContext>(builder, settings);
    }

    private static bool IsRegistered<TContext>(IHostApplicationBuilder builder) where TContext : DbContext =>
        builder.Services.Any(service => service.ServiceType == typeof(DbContextOptions<TContext>));

    private static NpgsqlEntityFrameworkCorePostgreSQLSettings Read<TContext>(IHostApplicationBuilder builder, string? connectionName)
    {
        var settings = new NpgsqlEntityFrameworkCorePostgreSQLSettings();
        var section = builder.Configuration.GetSection(SectionName);
        section.Bind(settings);
        if (connectionName is not null)
            section.GetSection(connectionName).Bind(settings);
        section.GetSection(typeof(TContext).Name).Bind(settings);
        return settings;
    }

    private static void Observe<[DynamicallyAccessedMembers(NeededByEF)] TContext>(
        IHostApplicationBuilder builder, NpgsqlEntityFrameworkCorePostgreSQLSettings settings) where TContext : DbContext
    {
        if (!settings.DisableHealthChecks)
            builder.TryAddHealthCheck(typeof(TContext).Name, checks => checks.AddDbContextCheck<TContext>());
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddNpgsqlInstrumentation());
    }
}
