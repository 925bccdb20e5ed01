using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;

namespace Shop.Messaging.Consuming;

/// <summary>Puts aside a message that cannot be handled, with the reason and with what it came with.</summary>
internal static class DeadLetters
{
    public const string ReasonHeader = "x-reason";
    public const string RoutingKeyHeader = "x-original-routing-key";

    private const int LongestReason = 1000;

    // All headers must fit into one AMQP frame of 128 KB; what a hostile sender filled it with is left behind, else the message would stay for ever.
    private const int LargestHeaders = 64 * 1024;

    /// <summary>Publishes the message to the dead letters of its queue; returns when the broker has confirmed it.</summary>
    public static ValueTask PutAsideAsync(
        IChannel channel, string queue, BasicDeliverEventArgs message, string reason, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties(message.BasicProperties)
        {
            DeliveryMode = DeliveryModes.Persistent,
            // Neither may keep it from being stored: one must name the sender's own user, the other lets it vanish.
            UserId = null,
            Expiration = null,
            Headers = new Dictionary<string, object?>(Affordable(message.BasicProperties.Headers))
            {
                [ReasonHeader] = reason.Length > LongestReason ? reason[..LongestReason] : reason,
                [RoutingKeyHeader] = message.RoutingKey,
            },
        };
        return channel.BasicPublishAsync(
            "", Topology.DeadLettersOf(queue), mandatory: true, properties, message.Body, cancellationToken);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Affordable(IDictionary<string, object?>? headers)
    {
        var left = LargestHeaders;
        foreach (var header in headers ?? new Dictionary<string, object?>())
        {
            left -= SizeOf(header.Key) + SizeOf(header.Value);
            if (left < 0) yield break;
            yield return header;
        }
    }

    // About what it takes on the wire; names are at most 255 bytes there.
    private static int SizeOf(object? value) => value switch
    {
        byte[] bytes => bytes.Length + 5,
        string text => (text.Length * 4) + 5,
        IDictionary<string, object?> table => 5 + table.Sum(x => SizeOf(x.Key) + SizeOf(x.Value)),
        System.Collections.IEnumerable list => 5 + list.Cast<object?>().Sum(SizeOf),
        _ => 16,
    };
}
