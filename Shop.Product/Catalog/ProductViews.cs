using System.Text.Json.Serialization;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>A product in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to this service; null when it has none. Changes with the picture.</param>
/// <param name="InStock">Whether there is one.</param>
/// <param name="Stock">How many there are; left out for who may not change the catalog.</param>
public sealed record ProductSummary(
    Guid Id, string Slug, string Name, Money Price, string Category, string? ImageUrl, bool InStock,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Stock = null);

/// <summary>A page of products.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">What to send as <c>after</c> for the page that follows; null on the last page.</param>
/// <param name="Total">How many products the list has on all its pages; null: more than 1,000.</param>
public sealed record ProductPage(IReadOnlyList<ProductSummary> Items, string? Next, int? Total);

/// <summary>What somebody may be about to search for.</summary>
/// <param name="Kind"><c>product</c> or <c>category</c>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Id">The product; left out for a category.</param>
public sealed record Suggestion(
    string Kind, string Name, string Slug, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id = null);

/// <summary>A product on a page of its own.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Description">Plain text; empty when there is none.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to this service; null when it has none. Changes with the picture.</param>
/// <param name="InStock">Whether there is one.</param>
/// <param name="Stock">How many there are.</param>
/// <param name="Version">Counts the changes of everything but the stock, from 1.</param>
public sealed record ProductDetails(
    Guid Id, string Slug, string Name, string Description, Money Price, string Category, string? ImageUrl, bool InStock, int Stock, int Version)
{
    internal static ProductDetails Of(CatalogProduct product) => new(
        product.Id, product.Slug, product.Name, product.Description, new Money(product.Price, product.Currency), product.Category,
        ProductImages.Url(product.Id, product.ImageVersion), product.Stock.Available > 0, product.Stock.Available, product.Version);
}

/// <summary>A category.</summary>
/// <param name="Slug">Its name in addresses and filters.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Count">How many products it has.</param>
public sealed record CategoryView(string Slug, string Name, int Count);

/// <summary>How many of a product there are now.</summary>
/// <param name="Stock">How many.</param>
public sealed record StockView(int Stock);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(Page<Suggestion>))]
[JsonSerializable(typeof(ProductDetails))]
internal sealed partial class CatalogJson : JsonSerializerContext;
