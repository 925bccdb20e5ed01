using System.Globalization;
using System.Text.Json;

namespace Shop.Web.Catalog;

/// <summary>What search engines read of a product: JSON-LD in the words of schema.org.</summary>
internal static class StructuredData
{
    /// <summary>An element for the head of a product's page. It is data, which no content security policy is about.</summary>
    /// <param name="product">The product.</param>
    /// <param name="site">The address of this site, without a slash at the end.</param>
    public static string Product(ProductDetails product, string site)
    {
        var data = new Dictionary<string, object?>
        {
            ["@context"] = "https://schema.org",
            ["@type"] = "Product",
            ["name"] = product.Name,
            ["description"] = product.Description,
            ["image"] = product.ImageUrl is null ? null : site + Display.Image(product.Id, product.ImageUrl),
            ["offers"] = new Dictionary<string, object?>
            {
                ["@type"] = "Offer",
                ["price"] = product.Price.Amount.ToString(CultureInfo.InvariantCulture),
                ["priceCurrency"] = product.Price.Currency,
                ["availability"] = product.Stock > 0 ? "https://schema.org/InStock" : "https://schema.org/OutOfStock",
                ["url"] = site + Display.Address(product.Id, product.Slug),
            },
        };
        // The serializer writes < and > as escapes, so that no text ends the element.
        return $"<script type=\"application/ld+json\">{JsonSerializer.Serialize(data)}</script>";
    }
}
