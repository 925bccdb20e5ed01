using System.ComponentModel.DataAnnotations;

namespace Shop.Product.Orders;

/// <summary>The settings under <c>Orders</c>.</summary>
public sealed class OrderOptions
{
    /// <summary>How long an order waits for its payment before it expires, 1 s to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromMinutes(15);
}
