using System.ComponentModel.DataAnnotations;

namespace Shop.Shoppers;

/// <summary>The settings under <c>Shoppers</c>.</summary>
internal sealed class ShoppersOptions
{
    /// <summary>How many visits begin in a minute. Fewer do when the store is slow: everybody finishes a visit before the next.</summary>
    [Range(1, 6000)]
    public int PerMinute { get; set; } = 60;

    /// <summary>How many different people there are, so also the most who are in the store at once.</summary>
    [Range(1, 200)]
    public int People { get; set; } = 20;
}
