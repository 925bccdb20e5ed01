using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;

namespace Shop.Messaging.DeadLetters;

/// <summary>Publishes messages that cannot be handled to the dead letters of their queue, with the reason and all of their properties.</summary>
internal static class DeadLetterPublisher
{
    private const int LongestReason = 1000;

    /// <summary>Publishes the message; returns when the broker has confirmed it.</summary>
    public static ValueTask PublishAsync(
        IChannel channel, string queue, BasicDeliverEventArgs message, string reason, CancellationToken cancellationToken)
    {
        var properties = Envelope.Of(message.BasicProperties);
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
        {
            [Envelope.Death] = Guid.CreateVersion7().ToString(),
            [Envelope.DiedAt] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            [Envelope.Reason] = reason.Length > LongestReason ? reason[..LongestReason] : reason,
            [Envelope.RoutingKey] = Envelope.Short(message.RoutingKey),
        };
        return channel.BasicPublishAsync(
            "", Topology.DeadLettersOf(queue), mandatory: true, properties, message.Body, cancellationToken);
    }
}
