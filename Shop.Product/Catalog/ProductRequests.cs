using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>What staff says about a product, new or changed.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Category">The slug of a category that exists.</param>
/// <param name="Price">0.01 to 100,000.00 in the shop's currency.</param>
/// <param name="Description">Plain text, at most 4,000 characters; null: none.</param>
/// <param name="Stock">0 to 1,000,000; null: none of a new product, and as it is of one that exists.</param>
public sealed record ProductRequest(string Name, string Category, Money Price, string? Description = null, int? Stock = null) : IValidated
{
    internal const int MaxStock = 1_000_000;
    private const decimal MaxPrice = 100_000m;

    /// <summary>1 to 200 characters on one line, normalised.</summary>
    public string Name { get; init; } = PlainText.Normalize(Name);

    /// <summary>The slug of a category that exists.</summary>
    public string Category { get; init; } = PlainText.Normalize(Category);

    /// <summary>Plain text, normalised, at most 4,000 characters; null: none.</summary>
    public string? Description { get; init; } = Description is null ? null : PlainText.Normalize(Description);

    /// <inheritdoc />
    public void Validate(ValidationErrors errors)
    {
        errors.AddIf(Name.Length is 0 or > 200, "name", "Must have 1 to 200 characters.");
        errors.AddIf(Name.Length > 0 && !PlainText.IsVisible(Name), "name", "Must hold something that can be seen.");
        errors.AddIf(!PlainText.IsOneLine(Name), "name", "Must not hold control characters.");
        errors.AddIf(Description?.Length > 4000, "description", "Must have at most 4000 characters.");
        errors.AddIf(Description is not null && !PlainText.IsStorable(Description), "description", "Must not hold control characters other than line breaks and tabs.");
        errors.AddIf(
            !Price.IsPrice || Price.Amount is < 0.01m or > MaxPrice, "price",
            Price.Decimals == 0 ? "Must be from 1 to 100000 without decimals: its currency has none." : "Must be from 0.01 to 100000 with at most two decimals, in a currency.");
        errors.AddIf(Stock is < 0 or > MaxStock, "stock", "Must be from 0 to 1000000.");
    }
}

/// <summary>Pieces came in, or went another way than by an order.</summary>
/// <param name="Change">How many are added; negative: taken away. Not 0, at most 1,000,000 either way.</param>
public sealed record StockChange(int Change) : IValidated
{
    /// <inheritdoc />
    public void Validate(ValidationErrors errors) =>
        errors.AddIf(Change is 0 or < -ProductRequest.MaxStock or > ProductRequest.MaxStock, "change", "Must be from -1000000 to 1000000, and not 0.");
}

/// <summary>What a list of products is narrowed down to and ordered by; null: not.</summary>
/// <param name="Category">The slug of a category.</param>
/// <param name="Q">Words of name or description; the last may be the beginning of one.</param>
/// <param name="Sort">
/// <c>name</c>, <c>price</c>, <c>-price</c>, <c>newest</c> or, with a search, <c>relevance</c>. The default is relevance with a search, the order asked
/// for with ids, else newest.
/// </param>
/// <param name="MinPrice">The lowest price, included.</param>
/// <param name="MaxPrice">The highest price, included.</param>
/// <param name="InStock">true: only what is there; false: only what is sold out.</param>
/// <param name="Ids">Only these products, up to 100, separated by commas.</param>
/// <param name="Archived">true: only what is no longer for sale; false or null: only what is. For who may change the catalog.</param>
public sealed record ProductFilter(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "inStock")] bool? InStock,
    [FromQuery(Name = "ids")] string? Ids = null,
    [FromQuery(Name = "archived")] bool? Archived = null) : IValidated
{
    /// <summary>What is searched for, normalised; null: nothing in particular.</summary>
    internal string? Search => string.IsNullOrWhiteSpace(Q) ? null : PlainText.Normalize(Q);

    /// <summary>The order in force; null when the one that was asked for does not exist.</summary>
    internal ProductSort? Order => ProductSort.Parse(Sort, Search is not null, !string.IsNullOrEmpty(Ids));

    /// <summary>Reads <see cref="Ids"/>, each once; false when there is something else in it, or too many.</summary>
    internal bool TryGetIds(out Guid[] ids)
    {
        var found = new List<Guid>();
        ids = [];
        foreach (var text in Ids?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!Guid.TryParseExact(text, "D", out var id) || found.Count > MaxIds)
                return false;
            found.Add(id);
        }
        ids = [.. found.Distinct()];
        return found.Count <= MaxIds;
    }

    internal const int MaxIds = 100;

    /// <inheritdoc />
    public void Validate(ValidationErrors errors)
    {
        errors.AddIf(Q?.Length > 200, "q", "Must have at most 200 characters.");
        errors.AddIf(Q is not null && !PlainText.IsStorable(Q), "q", "Must not hold control characters.");
        errors.AddIf(Category is not null && !PlainText.IsStorable(Category), "category", "Must not hold control characters.");
        errors.AddIf(Order is null, "sort", "Must be name, price, -price, newest or, with q, relevance.");
        errors.AddIf(!TryGetIds(out _), "ids", $"Must be at most {MaxIds} ids, separated by commas.");
        errors.AddIf(MinPrice < 0, "minPrice", "Must not be negative.");
        errors.AddIf(MaxPrice < 0, "maxPrice", "Must not be negative.");
        errors.AddIf(MinPrice > MaxPrice, "minPrice", "Must not be above maxPrice.");
    }
}
