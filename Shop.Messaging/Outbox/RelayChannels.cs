using System.Collections;
using RabbitMQ.Client;
using Shop.Messaging.Broker;

namespace Shop.Messaging.Outbox;

/// <summary>The channels of the relay's lanes: one, and the others from the first backlog on.</summary>
internal sealed class RelayChannels(BrokerConnection broker) : IEnumerable<IChannel>, IAsyncDisposable
{
    private readonly List<IChannel> _channels = [];

    public IChannel this[int lane] => _channels[lane];

    /// <summary>Opens what is missing.</summary>
    public async Task OpenAsync(int count, CancellationToken cancellationToken)
    {
        while (_channels.Count < count)
            _channels.Add(await broker.OpenChannelAsync(consumerConcurrency: 1, cancellationToken));
    }

    /// <inheritdoc />
    public IEnumerator<IChannel> GetEnumerator() => _channels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            await channel.DisposeAsync();
    }
}
