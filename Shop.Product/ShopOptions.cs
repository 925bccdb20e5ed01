using System.ComponentModel.DataAnnotations;

namespace Shop.Product;

/// <summary>The settings under <c>Shop</c>.</summary>
public sealed class ShopOptions
{
    /// <summary>The one currency that the shop sells in, ISO 4217.</summary>
    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; init; } = "EUR";
}
