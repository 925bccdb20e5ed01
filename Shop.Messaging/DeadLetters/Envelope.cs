using System.Text;
using RabbitMQ.Client;

namespace Shop.Messaging.DeadLetters;

/// <summary>
/// A message's properties as its sender set them, without the headers that the broker, its client and the dead letters add. They can be published again, whatever
/// a hostile sender put into them.
/// </summary>
internal static class Envelope
{
    /// <summary>Identifies one death of a message (a UUID), so that a redelivered one is recognised.</summary>
    public const string Death = "x-death-id";

    /// <summary>When it died, in milliseconds since 1970.</summary>
    public const string DiedAt = "x-died-at";

    /// <summary>Why it died.</summary>
    public const string Reason = "x-reason";

    /// <summary>The routing key that its sender used.</summary>
    public const string RoutingKey = "x-original-routing-key";

    /// <summary>Identifies the replay that sent the message again (a UUID), so that its next death is not taken for the previous one.</summary>
    public const string Replay = "x-replay-id";

    // All headers must fit into one AMQP frame of 128 KB. What is more is left out, otherwise the message could never leave its queue.
    private const int LargestHeaders = 64 * 1024;
    private const int LongestShort = 255;

    private static readonly HashSet<string> Added =
    [
        Death, DiedAt, Reason, RoutingKey, Replay,
        "x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason",
        "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason", "x-delivery-count", "x-acquired-count",
        "x-dotnet-pub-seq-no",
        // Further queues to put it into.
        "CC", "BCC",
    ];

    /// <summary>The properties, to be published with.</summary>
    public static BasicProperties Of(IReadOnlyBasicProperties properties) => new(properties)
    {
        DeliveryMode = DeliveryModes.Persistent,
        // A user id must be the publisher's own, and a message with an expiration would vanish.
        UserId = null,
        Expiration = null,
        AppId = Short(properties.AppId),
        ClusterId = Short(properties.ClusterId),
        ContentEncoding = Short(properties.ContentEncoding),
        ContentType = Short(properties.ContentType),
        CorrelationId = Short(properties.CorrelationId),
        MessageId = Short(properties.MessageId),
        ReplyTo = Short(properties.ReplyTo),
        Type = Short(properties.Type),
        Headers = properties.Headers is { } headers ? new Dictionary<string, object?>(Affordable(headers)) : null,
    };

    /// <summary>The properties as they are on the wire, of which nothing is lost.</summary>
    public static byte[] ToBytes(BasicProperties properties)
    {
        IAmqpWriteable writeable = properties;
        var bytes = new byte[writeable.GetRequiredBufferSize()];
        return bytes[..writeable.WriteTo(bytes)];
    }

    /// <summary>What <see cref="ToBytes"/> has written.</summary>
    public static BasicProperties FromBytes(byte[] bytes) => new(new ReadOnlyBasicProperties(bytes));

    /// <summary>
    /// At most 255 bytes, as short strings are on the wire. Invalid UTF-8 grows on its way through the client, so what came in does not
    /// always go out again.
    /// </summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Short(string? text)
    {
        if (text is null || Encoding.UTF8.GetByteCount(text) <= LongestShort)
            return text;
        Span<byte> bytes = stackalloc byte[LongestShort];
        System.Text.Unicode.Utf8.FromUtf16(text, bytes, out var read, out _, replaceInvalidSequences: true);
        return text[..read];
    }

    private static IEnumerable<KeyValuePair<string, object?>> Affordable(IDictionary<string, object?> headers)
    {
        var left = LargestHeaders;
        foreach (var header in headers.Where(x => !Added.Contains(x.Key) && Encoding.UTF8.GetByteCount(x.Key) <= LongestShort && IsSound(x.Value)))
        {
            left -= SizeOf(header.Key) + SizeOf(header.Value);
            if (left < 0) yield break;
            yield return header;
        }
    }

    private static bool IsSound(object? value) => value switch
    {
        byte[] or string => true,
        IDictionary<string, object?> table => table.All(x => Encoding.UTF8.GetByteCount(x.Key) <= LongestShort && IsSound(x.Value)),
        System.Collections.IEnumerable list => list.Cast<object?>().All(IsSound),
        _ => true,
    };

    // Approximate size on the wire.
    private static int SizeOf(object? value) => value switch
    {
        byte[] bytes => bytes.Length + 5,
        string text => (text.Length * 4) + 5,
        IDictionary<string, object?> table => 5 + table.Sum(x => SizeOf(x.Key) + SizeOf(x.Value)),
        System.Collections.IEnumerable list => 5 + list.Cast<object?>().Sum(SizeOf),
        _ => 16,
    };
}
