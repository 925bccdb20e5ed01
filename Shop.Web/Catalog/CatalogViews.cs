namespace Shop.Web.Catalog;

/// <summary>What a product costs, as Product tells it.</summary>
/// <param name="Amount">In units of the currency.</param>
/// <param name="Currency">The ISO 4217 code.</param>
public sealed record Price(decimal Amount, string Currency)
{
    /// <summary>How many decimals people write after an amount of the currency.</summary>
    public int Decimals => Currency is "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "MGA" or "PYG" or "RWF" or "UGX" or "UYI"
        or "VND" or "VUV" or "XAF" or "XOF" or "XPF" ? 0 : 2;
}

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

/// <summary>A category, as Product tells it.</summary>
/// <param name="Slug">Its name in addresses and filters.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Count">How many products it has.</param>
public sealed record Category(string Slug, string Name, int Count);
