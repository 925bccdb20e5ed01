using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.ServiceDefaults.Text;

/// <summary>A text holds the one character that JSON and URLs can hold and PostgreSQL's text cannot.</summary>
public sealed class NulCharacterException() : FormatException("A value contains a NUL character.")
{
    /// <summary>Throws when the text holds one.</summary>
    public static void ThrowIfIn(string? text)
    {
        if (text?.Contains('\0', StringComparison.Ordinal) is true)
        {
            throw new NulCharacterException();
        }
    }
}

/// <summary>Refuses JSON with a NUL character in a text, as JSON that is not what is expected.</summary>
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
