using System.ComponentModel.DataAnnotations;

namespace Shop.Payment.Payments;

/// <summary>Settings of the service, section <c>Payment</c>.</summary>
public sealed class PaymentOptions
{
    /// <summary>How long the gateway is waited for, 100 ms to 1 min. Until then a call without an answer keeps one of the consumer's places.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan GatewayTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after a call without an answer the gateway is asked again, 100 ms to 5 min; twice as long each further time, up to 5 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);
}
