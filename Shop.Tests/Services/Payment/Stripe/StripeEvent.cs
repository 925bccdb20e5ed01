using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>What Stripe posts to a webhook.</summary>
internal static class StripeEvent
{
    /// <summary>An event about something of a kind that an order's id is on.</summary>
    public static string Of(string type, string kind, Guid order) => JsonSerializer.Serialize(new
    {
        id = "evt_1",
        @object = "event",
        api_version = "2020-08-27",
        created = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        data = new { @object = new { id = "x_1", @object = kind, status = "failed", metadata = new { order_id = order } } },
        livemode = false,
        type,
    });

    /// <summary>The header that says who sent it and when.</summary>
    public static string Sign(string body, DateTimeOffset at, string secret)
    {
        var time = at.ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(signature)}";
    }
}
