using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.ServiceDefaults.Text;

/// <summary>
/// Refuses JSON with a NUL character in a text, which PostgreSQL cannot store. Query strings and forms with one are refused by <c>QueryRules</c> and
/// <c>RequestBodies</c>, paths and headers by the server, so that whatever reaches an endpoint has none.
/// </summary>
public sealed class NulCharacterConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return text?.Contains('\0', StringComparison.Ordinal) is true ? throw new JsonException("A text contains a NUL character.") : text;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
