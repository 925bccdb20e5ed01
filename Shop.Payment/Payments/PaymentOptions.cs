using System.ComponentModel.DataAnnotations;

namespace Shop.Payment.Payments;

/// <summary>Settings of the service, section <c>Payment</c>.</summary>
public sealed class PaymentOptions
{
    /// <summary>How long a call to the gateway may take, 100 ms to 1 min. Until then it occupies one of the consumer's concurrent messages.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan GatewayTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after a call without an answer the gateway is asked again, 100 ms to 5 min; twice as long each further time, up to 5 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The store, where a bank sends its customer back to; null: they find the way themselves, and Stripe asks no customer.</summary>
    public Uri? Storefront { get; set; }
}
