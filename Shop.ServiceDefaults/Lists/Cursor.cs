using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults.Text;

namespace Shop.ServiceDefaults.Lists;

/// <summary>
/// A keyset cursor: the sort keys of a page's last row as base64url JSON. Opaque to clients, holds nothing that the row does not
/// show, and is not signed: a forged one only starts the list elsewhere.
/// </summary>
public static class Cursor
{
    // Four times the longest that a list gives out (a key of 254 characters, each of them escaped); a request line has 8 KB.
    private const int MaxLength = 4096;

    // Strict, so that a cursor of another list or sort order is refused rather than half understood.
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 4,
        // Letters as they are: escaped, each beyond ASCII takes six bytes, and no browser ever sees this JSON.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NulCharacterConverter(), new UtcConverter() },
    };

    /// <summary>Times as the database takes them: in UTC, wherever a cursor that is not ours has them from.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToUniversalTime());
    }

    /// <summary>The cursor for the row with these sort keys.</summary>
    public static string Encode<TKeys>(TKeys keys) where TKeys : notnull =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(keys, Strict));

    /// <summary>Reads the sort keys back; false when the text is no cursor of these keys.</summary>
    public static bool TryDecode<TKeys>(string cursor, [NotNullWhen(true)] out TKeys? keys) where TKeys : class
    {
        keys = null;
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
            return false;
        try
        {
            keys = JsonSerializer.Deserialize<TKeys>(Base64Url.DecodeFromChars(cursor), Strict);
        }
        // Or not even a string, where there should be a time.
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
        return keys is not null;
    }
}
