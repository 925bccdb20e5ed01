using Aspire.RabbitMQ.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Shop.Messaging.Audit;
using Shop.Messaging.Broker;
using Shop.Messaging.Consuming;
using Shop.Messaging.Database;
using Shop.Messaging.DeadLetters;
using Shop.Messaging.Inbox;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;

namespace Shop.Messaging;

/// <summary>Messaging for a service.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Adds the outbox relay, the consumers that <paramref name="configure"/> names, collectors for their dead letters, the pruning of the inbox, metrics,
    /// health checks of broker and consumers, and an <see cref="AuditLog"/> that sends its records to Auth. Needs the service's <c>NpgsqlDataSource</c>, with the tables of <see cref="MessagingModel.AddMessaging"/>. The service starts, and serves
    /// what needs no broker, while the broker is away.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">Name of the broker's connection string.</param>
    /// <param name="configure">Says what is consumed; null: nothing.</param>
    /// <param name="withoutBroker">How well the service is while the broker is away.</param>
    public static TBuilder AddMessaging<TBuilder>(
        this TBuilder builder, string connectionName, Action<MessagingBuilder>? configure = null, HealthStatus withoutBroker = HealthStatus.Unhealthy)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddRabbitMQClient(connectionName, Configure, Configure);
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddHealthChecks().AddCheck<BrokerConnection>("broker", withoutBroker);
        builder.Services.AddSingleton<AuditOutbox>();
        builder.Services.AddSingleton<AuditLog>(services => services.GetRequiredService<AuditOutbox>());
        builder.Services.AddHostedService<OutboxRelay>();
        builder.Services.AddOptions<InboxOptions>().BindConfiguration("Messaging:Inbox").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<InboxPruning>();
        builder.Services.AddHostedService<MessagingGauges>();

        var messaging = new MessagingBuilder(builder.Services);
        configure?.Invoke(messaging);
        builder.Services.AddSingleton<StuckMessages>();
        builder.Services.AddHealthChecks().AddCheck<StuckMessages>("consumers");
        builder.Services.AddSingleton<MessageProcessor>();
        builder.Services.AddSingleton<DeadLetterCollector>();
        builder.Services.AddSingleton<DeadLetterReplay>();
        // Hosted services stop in reverse order: the consumers stop first.
        foreach (var subscription in messaging.Subscriptions)
        {
            builder.Services.AddSingleton(subscription);
            // Few at a time: they may be very large.
            builder.Services.AddConsumer(Topology.DeadLettersOf(subscription.Queue), concurrency: 2, prefetch: 2, services =>
            {
                var collector = services.GetRequiredService<DeadLetterCollector>();
                return (_, message, stopping, giveUp) => collector.ReceiveAsync(subscription.Queue, message, stopping, giveUp);
            });
        }
        foreach (var subscription in messaging.Subscriptions)
        {
            builder.Services.AddConsumer(subscription.Queue, subscription.Concurrency, subscription.Prefetch, services =>
            {
                var processor = services.GetRequiredService<MessageProcessor>();
                return (channel, message, stopping, giveUp) => processor.ReceiveAsync(subscription, channel, message, stopping, giveUp);
            });
        }
        return builder;
    }

    private static void AddConsumer(
        this IServiceCollection services, string queue, ushort concurrency, ushort prefetch, Func<IServiceProvider, Receive> receiver) =>
        services.AddSingleton<IHostedService>(provider => new QueueConsumer(
            queue, concurrency, prefetch, receiver(provider),
            provider.GetRequiredService<BrokerConnection>(), provider.GetRequiredService<ILogger<QueueConsumer>>()));

    private static void Configure(RabbitMQClientSettings settings)
    {
        // Consumers and relay connect in the background, for as long as it takes: the service starts without the broker.
        settings.DisableAutoActivation = true;
        settings.MaxConnectRetryCount = 0;
        settings.DisableHealthChecks = true;
        // Publishing and processing have spans of their own (MessagingTelemetry).
        settings.DisableTracing = true;
    }

    private static void Configure(ConnectionFactory factory)
    {
        // The client reconnects; channels, topology and consumers are opened again by those who use them.
        factory.AutomaticRecoveryEnabled = true;
        factory.TopologyRecoveryEnabled = false;
        factory.NetworkRecoveryInterval = TimeSpan.FromSeconds(1);
        // A broker that is frozen or behind a broken network is noticed after some 30 s; with the client's own 60 s it took minutes.
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
        // As much as any broker takes: a larger message would close the connection at each delivery.
        factory.MaxInboundMessageBodySize = 512 * 1024 * 1024;
    }
}
