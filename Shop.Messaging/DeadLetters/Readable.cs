using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using RabbitMQ.Client;

namespace Shop.Messaging.DeadLetters;

/// <summary>Turns what may come over the wire into text and JSON that PostgreSQL can store.</summary>
internal static class Readable
{
    // More than ordinary headers nest, and well within the depth limits of JSON readers.
    private const int Deepest = 12;
    private const char Replacement = '\uFFFD';

    /// <summary>Text without the NULs and broken surrogates that PostgreSQL refuses.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Text(string? text) =>
        text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', Replacement);

    /// <summary>The headers as a JSON object.</summary>
    public static string Headers(IDictionary<string, object?>? headers) =>
        Table(headers ?? new Dictionary<string, object?>(), depth: 1).ToJsonString();

    /// <summary>The beginning of a body as text; without the last character if that is cut through.</summary>
    public static string Body(ReadOnlySpan<byte> start, bool isCut)
    {
        // Unlike Encoding, a decoder that is not flushed keeps an incomplete character to itself.
        var text = new char[Encoding.UTF8.GetMaxCharCount(start.Length)];
        return new(text, 0, Encoding.UTF8.GetDecoder().GetChars(start, text, flush: !isCut));
    }

    private static JsonObject Table(IDictionary<string, object?> table, int depth)
    {
        var json = new JsonObject();
        foreach (var (name, value) in table)
            json[Text(name)] = Value(value, depth);
        return json;
    }

    private static JsonNode? Value(object? value, int depth) => value switch
    {
        null => null,
        bool or sbyte or byte or short or ushort or int or uint or long or ulong or decimal => Number(value),
        double or float => double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture))
            ? Number(value)
            : JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
        string text => JsonValue.Create(Text(text)),
        byte[] bytes => JsonValue.Create(Utf8.IsValid(bytes) ? Text(Encoding.UTF8.GetString(bytes)) : Binary(bytes)),
        BinaryTableValue binary => JsonValue.Create(Binary(binary.Bytes ?? [])),
        AmqpTimestamp time => Time(time),
        _ when depth >= Deepest => JsonValue.Create("…"),
        IDictionary<string, object?> table => Table(table, depth + 1),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(x => Value(x, depth + 1))]),
        _ => JsonValue.Create(Text(value.ToString())),
    };

    private static JsonNode? Number(object value) => JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(value));

    private static string Binary(byte[] bytes) => $"base64:{Convert.ToBase64String(bytes)}";

    private static JsonValue Time(AmqpTimestamp time) =>
        time.UnixTime >= 0 && time.UnixTime <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            : JsonValue.Create(time.UnixTime);
}
