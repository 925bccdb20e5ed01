using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Shop.Messaging.Outbox;

namespace Shop.Messaging;

/// <summary>Messaging for a service.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Adds the relay of the outbox, the consumers that <paramref name="configure"/> names, and the health check of the broker. Needs the
    /// service's <c>NpgsqlDataSource</c>, with the tables of <see cref="MessagingModel.AddMessaging"/>. The service starts, and serves
    /// what needs no broker, while the broker is away.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">Name of the broker's connection string.</param>
    /// <param name="configure">Says what is consumed; null: nothing.</param>
    public static TBuilder AddMessaging<TBuilder>(this TBuilder builder, string connectionName, Action<MessagingBuilder>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<OutboxSignal>();
        var messaging = new MessagingBuilder(builder.Services);
        configure?.Invoke(messaging);
        return builder;
    }
}
