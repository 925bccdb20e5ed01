namespace Shop.Web.Catalog;

/// <summary>What a product costs, as Product tells it.</summary>
/// <param name="Amount">In units of the currency.</param>
/// <param name="Currency">The ISO 4217 code.</param>
public sealed record Price(decimal Amount, string Currency);

/// <summary>A product in a list, as Product tells it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to Product; null when it has none.</param>
/// <param name="InStock">Whether there is one.</param>
public sealed record ProductSummary(Guid Id, string Slug, string Name, Price Price, string Category, string? ImageUrl, bool InStock);

/// <summary>A product on a page of its own, as Product tells it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Description">Plain text; empty when there is none.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to Product; null when it has none.</param>
/// <param name="Stock">How many there are.</param>
public sealed record ProductDetails(
    Guid Id, string Slug, string Name, string Description, Price Price, string Category, string? ImageUrl, int Stock);

/// <summary>A page of a list of products, as Product tells it.</summary>
/// <param name="Items">The products.</param>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
/// <param name="Total">How many the whole list has; null when there are more than 1,000.</param>
public sealed record ProductListing(IReadOnlyList<ProductSummary> Items, string? Next, int? Total);

/// <summary>What somebody may be about to search for, as Product tells it.</summary>
/// <param name="Kind"><c>product</c> or <c>category</c>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Id">The product; null for a category.</param>
public sealed record Suggestion(string Kind, string Name, string Slug, Guid? Id);

/// <summary>A category, as Product tells it.</summary>
/// <param name="Slug">Its name in addresses and filters.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Count">How many products it has.</param>
public sealed record Category(string Slug, string Name, int Count);
