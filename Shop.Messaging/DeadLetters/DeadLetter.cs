using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Shop.Messaging.DeadLetters;

/// <summary>A message in a queue of dead letters, published there by <see cref="DeadLetterPublisher"/>, by the broker, or by anybody.</summary>
internal sealed record DeadLetter(
    Guid DeathId, DateTimeOffset DiedAt, string Reason, string? RoutingKey, Guid MessageKey, BasicProperties Properties, ReadOnlyMemory<byte> Body)
{
    private const string Broker = "x-death";

    /// <summary>Reads what is known about its death. The headers may be missing or forged: every value has a fallback.</summary>
    public static DeadLetter Of(BasicDeliverEventArgs message)
    {
        var properties = Envelope.Of(message.BasicProperties);
        var headers = message.BasicProperties.Headers ?? new Dictionary<string, object?>();
        var key = Guid.TryParse(properties.MessageId, out var id) ? id : KeyOf(properties, message.Body.Span);
        if (Guid.TryParse(Text(headers, Envelope.Death), out var death))
        {
            return new DeadLetter(
                death, At(headers), Text(headers, Envelope.Reason) ?? "", Text(headers, Envelope.RoutingKey), key, properties, message.Body);
        }
        var broker = BrokersEntry(headers);
        return new DeadLetter(
            BrokersDeath(broker, headers, key),
            At(broker),
            Text(broker, "reason") is { } reason ? $"The broker dead-lettered it: {reason}." : "No reason was given.",
            (broker.TryGetValue("routing-keys", out var keys) && keys is IList<object?> and [var first, ..] ? Text(first) : null) ?? Text(broker, "queue"),
            key,
            properties,
            message.Body);
    }

    private static Guid KeyOf(BasicProperties properties, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{properties.MessageId}\0{properties.Type}\0"));
        hash.AppendData(body);
        return Named(hash.GetHashAndReset());
    }

    /// <summary>
    /// The broker counts and times the deaths of a message, in seconds, and starts again after a replay. Together with the replay's id they identify a death,
    /// the same at each delivery.
    /// </summary>
    private static Guid BrokersDeath(IDictionary<string, object?> entry, IDictionary<string, object?> headers, Guid key) =>
        Named(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '\0', key, Text(headers, Envelope.Replay), Text(entry, "queue"), Text(entry, "reason"), Text(entry, "count"), Text(entry, "time")))));

    // Version 8 of RFC 9562: a UUID made from a hash.
    private static Guid Named(byte[] hash)
    {
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    private static IDictionary<string, object?> BrokersEntry(IDictionary<string, object?> headers) =>
        headers.TryGetValue(Broker, out var deaths) && deaths is IList<object?> and [IDictionary<string, object?> last, ..]
            ? last
            : new Dictionary<string, object?>();

    private static DateTimeOffset At(IDictionary<string, object?> headers)
    {
        var now = DateTimeOffset.UtcNow;
        var milliseconds =
            headers.TryGetValue(Envelope.DiedAt, out var value) && value is long ours ? ours
            : headers.TryGetValue("time", out value) && value is AmqpTimestamp theirs && theirs.UnixTime < now.ToUnixTimeSeconds() ? theirs.UnixTime * 1000
            : long.MaxValue;
        return milliseconds >= 0 && milliseconds < now.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : now;
    }

    private static string? Text(IDictionary<string, object?> headers, string name) => headers.TryGetValue(name, out var value) ? Text(value) : null;

    // The client gives strings back as bytes.
    private static string? Text(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };
}
