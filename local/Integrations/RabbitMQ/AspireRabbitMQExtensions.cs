using Aspire;
using Aspire.RabbitMQ.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers a RabbitMQ connection with retries, a health check, logs and traces.</summary>
public static class AspireRabbitMQExtensions
{
    private const string SectionName = "Aspire:RabbitMQ:Client";

    /// <summary>Registers a singleton <see cref="IConnection"/> to the broker of that connection name.</summary>
    /// <param name="builder">Where configuration is read and services are added.</param>
    /// <param name="connectionName">The name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Changes the settings after configuration was read.</param>
    /// <param name="configureConnectionFactory">Changes the connection factory last.</param>
    public static void AddRabbitMQClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<RabbitMQClientSettings>? configureSettings = null,
        Action<ConnectionFactory>? configureConnectionFactory = null)
    {
        Add(builder, connectionName, serviceKey: null, configureSettings, configureConnectionFactory);
    }

    /// <summary>Registers a singleton <see cref="IConnection"/> under the key <paramref name="name"/>, for more than one broker.</summary>
    /// <param name="builder">Where configuration is read and services are added.</param>
    /// <param name="name">The service key, and the name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Changes the settings after configuration was read.</param>
    /// <param name="configureConnectionFactory">Changes the connection factory last.</param>
    public static void AddKeyedRabbitMQClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<RabbitMQClientSettings>? configureSettings = null,
        Action<ConnectionFactory>? configureConnectionFactory = null)
    {
        Add(builder, name, serviceKey: name, configureSettings, configureConnectionFactory);
    }

    private static void Add(
        IHostApplicationBuilder builder,
        string name,
        string? serviceKey,
        Action<RabbitMQClientSettings>? configureSettings,
        Action<ConnectionFactory>? configureFactory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var section = builder.Configuration.GetSection(SectionName);
        var named = section.GetSection(name);
        var settings = new RabbitMQClientSettings();
        section.Bind(settings);
        named.Bind(settings);
        if (builder.Configuration.GetConnectionString(name) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        // With a null key these register and resolve the plain, unkeyed service.
        var services = builder.Services;
        services.TryAddSingleton<EventSourceLogs>();
        services.AddKeyedSingleton<IConnectionFactory>(serviceKey, (provider, _) =>
        {
            provider.GetRequiredService<EventSourceLogs>().Start();
            var factory = new ConnectionFactory();
            section.GetSection("ConnectionFactory").Bind(factory);
            named.GetSection("ConnectionFactory").Bind(factory);
            if (!string.IsNullOrEmpty(settings.ConnectionString))
                factory.Uri = new Uri(settings.ConnectionString);
            configureFactory?.Invoke(factory);
            return factory;
        });
        services.AddKeyedSingleton<IConnection>(serviceKey, (provider, _) =>
            BrokerConnection.Open(provider.GetRequiredKeyedService<IConnectionFactory>(serviceKey), settings.MaxConnectRetryCount));

        if (!settings.DisableAutoActivation)
            Activate(services, serviceKey);
        if (!settings.DisableTracing)
        {
            services.AddOpenTelemetry().WithTracing(tracing => tracing
                .AddSource(BrokerConnection.Source.Name)
                .AddSource("RabbitMQ.Client.*"));
        }
        if (!settings.DisableHealthChecks)
        {
            var check = serviceKey is null ? "RabbitMQ.Client" : $"RabbitMQ.Client_{serviceKey}";
            builder.TryAddHealthCheck(check, checks => checks.Add(new HealthCheckRegistration(
                check,
                provider => new BrokerHealthCheck(() => provider.GetRequiredKeyedService<IConnection>(serviceKey)),
                failureStatus: null,
                tags: null)));
        }
    }

    private static void Activate(IServiceCollection services, string? serviceKey)
    {
        if (serviceKey is null)
            services.ActivateSingleton<IConnection>();
        else
            services.ActivateKeyedSingleton<IConnection>(serviceKey);
    }
}
