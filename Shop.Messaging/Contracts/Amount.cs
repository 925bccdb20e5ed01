using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Messaging.Contracts;

/// <summary>Money whose currency may be left out. In JSON a number, or money whose currency is then checked: <c>5.00</c>, <c>{"amount": 5.00, "currency": "EUR"}</c>.</summary>
/// <param name="Value">In units of the currency.</param>
/// <param name="Currency">ISO 4217; null: not said.</param>
[JsonConverter(typeof(AmountConverter))]
public readonly record struct Amount(decimal Value, string? Currency = null)
{
    /// <summary>The money, in a currency that it is in where it does not say.</summary>
    public Money In(string currency) => new(Value, Currency ?? currency);
}

/// <summary>Reads both forms.</summary>
public sealed class AmountConverter : JsonConverter<Amount>
{
    /// <inheritdoc />
    public override Amount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetDecimal(out var value) ? new(value) : throw new JsonException();
        var money = JsonSerializer.Deserialize<Money>(ref reader, options);
        // A struct may come without its members.
        return money.Currency is null ? throw new JsonException() : new(money.Amount, money.Currency);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Amount value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
