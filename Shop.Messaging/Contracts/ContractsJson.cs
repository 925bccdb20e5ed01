using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults.Text;

namespace Shop.Messaging.Contracts;

/// <summary>The wire form of the contracts. A field that is missing or null where it may not be is an error, an unknown one is ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(NulCharacterConverter)])]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(PaymentSucceeded))]
[JsonSerializable(typeof(PaymentDeclined))]
[JsonSerializable(typeof(PaymentActionRequired))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(PaymentRefundRefused))]
[JsonSerializable(typeof(AuditRecorded))]
[JsonSerializable(typeof(AccountDeleted))]
[JsonSerializable(typeof(SessionsEnded))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>The message as UTF-8 JSON.</summary>
    public static byte[] Serialize<T>(T message) where T : IContract =>
        JsonSerializer.SerializeToUtf8Bytes(message, typeof(T), Default);

    /// <summary>The message that a body holds.</summary>
    /// <exception cref="JsonException">The body is not the JSON of a <typeparamref name="T"/>.</exception>
    public static T Deserialize<T>(ReadOnlySpan<byte> body) where T : IContract =>
        (T?)JsonSerializer.Deserialize(body, typeof(T), Default) ?? throw new JsonException($"The body of {T.Name} is null.");
}
