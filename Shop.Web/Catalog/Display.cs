using System.Globalization;

namespace Shop.Web.Catalog;

/// <summary>How products read on a page.</summary>
public static class Display
{
    /// <summary>Below this many pieces the page says how many are left.</summary>
    public const int FewLeft = 10;

    /// <summary>A price as people write it: <c>€1,299.00</c>; a currency without a sign of its own follows the amount.</summary>
    public static string Price(Price price)
    {
        var amount = price.Amount.ToString($"N{price.Decimals}", CultureInfo.InvariantCulture);
        return price.Currency switch
        {
            "EUR" => "€" + amount,
            "USD" => "$" + amount,
            "GBP" => "£" + amount,
            _ => $"{amount} {price.Currency}",
        };
    }

    /// <summary>What to say of the stock.</summary>
    public static string Stock(int stock) => stock switch
    {
        <= 0 => "Sold out",
        1 => "Only one left",
        < FewLeft => string.Create(CultureInfo.InvariantCulture, $"Only {stock} left"),
        _ => "In stock",
    };

    /// <summary>Where a product's page is.</summary>
    public static string Address(Guid id, string slug) => $"/p/{id}/{slug}";

    /// <summary>Where the browser finds the picture whose address relative to Product is given.</summary>
    public static string Image(Guid id, string imageUrl) => $"/images/{id}" + (imageUrl.IndexOf('?') is >= 0 and var query ? imageUrl[query..] : "");
}
