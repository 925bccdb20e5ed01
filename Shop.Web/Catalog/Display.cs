using Microsoft.Extensions.Localization;
using Shop.Ui;

namespace Shop.Web.Catalog;

/// <summary>How products read on a page.</summary>
public static class Display
{
    /// <summary>Below this many pieces the page says how many are left.</summary>
    public const int FewLeft = 10;

    /// <summary>A price in the language of the page.</summary>
    public static string Price(Price price) => Format.Money(price.Amount, price.Currency);

    /// <summary>What to say of the stock.</summary>
    public static string Stock(int stock, IStringLocalizer<Texts> texts) => stock switch
    {
        <= 0 => texts["Sold out"],
        1 => texts["Only one left"],
        < FewLeft => texts["Only {0} left", stock],
        _ => texts["In stock"],
    };

    /// <summary>Where a product's page is.</summary>
    public static string Address(Guid id, string slug) => $"/p/{id}/{slug}";

    /// <summary>Where the browser finds the picture whose address relative to Product is given.</summary>
    public static string Image(Guid id, string imageUrl) => $"/images/{id}" + (imageUrl.IndexOf('?') is >= 0 and var query ? imageUrl[query..] : "");
}
