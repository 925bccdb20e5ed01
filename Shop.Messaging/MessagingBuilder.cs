using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;

namespace Shop.Messaging;

/// <summary>Says which queues a service consumes.</summary>
public sealed class MessagingBuilder
{
    private readonly IServiceCollection _services;
    private readonly List<Subscription> _subscriptions = [];

    internal MessagingBuilder(IServiceCollection services) => _services = services;

    internal IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    /// <summary>Consumes a queue of the topology.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="concurrency">How many messages are handled at the same time.</param>
    /// <param name="prefetch">How many messages the broker may send ahead; at least <paramref name="concurrency"/>.</param>
    public ConsumerBuilder Consume(string queue, ushort concurrency = 16, ushort prefetch = 64)
    {
        ArgumentOutOfRangeException.ThrowIfZero(concurrency);
        ArgumentOutOfRangeException.ThrowIfLessThan(prefetch, concurrency);
        var subscription = new Subscription(queue, concurrency, prefetch);
        _subscriptions.Add(subscription);
        return new ConsumerBuilder(_services, subscription);
    }
}

/// <summary>Says which messages of a queue are handled by what.</summary>
public sealed class ConsumerBuilder
{
    private readonly IServiceCollection _services;
    private readonly Subscription _subscription;

    internal ConsumerBuilder(IServiceCollection services, Subscription subscription) =>
        (_services, _subscription) = (services, subscription);

    /// <summary>Handles <typeparamref name="T"/> with a <typeparamref name="THandler"/>, made anew for each try in a scope of its own.</summary>
    public ConsumerBuilder Handle<T, THandler>()
        where T : IContract
        where THandler : class, IHandle<T>
    {
        _services.TryAddScoped<THandler>();
        _subscription.Handlers.Add(T.Name, static (services, body, delivery, cancellationToken) =>
            services.GetRequiredService<THandler>().HandleAsync(ContractsJson.Deserialize<T>(body.Span), delivery, cancellationToken));
        return this;
    }
}
