using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults;

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

    /// <inheritdoc />
    public void Validate(ValidationErrors errors)
    {
        errors.AddIf(string.IsNullOrWhiteSpace(Name) || Name.Length > 200, "name", "Must have 1 to 200 characters.");
        errors.AddIf(!Text.IsStorable(Name), "name", "Must not hold control characters.");
        errors.AddIf(Description?.Length > 4000, "description", "Must have at most 4000 characters.");
        errors.AddIf(!Text.IsStorable(Description), "description", "Must not hold control characters other than line breaks and tabs.");
        errors.AddIf(!Price.IsPrice || Price.Amount is < 0.01m or > MaxPrice, "price", "Must be from 0.01 to 100000 with at most two decimals, in a currency.");
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
/// <param name="Sort"><c>name</c>, <c>price</c>, <c>-price</c> or <c>newest</c>, which is the default.</param>
/// <param name="MinPrice">The lowest price, included.</param>
/// <param name="MaxPrice">The highest price, included.</param>
/// <param name="InStock">true: only what is there; false: only what is sold out.</param>
public sealed record ProductFilter(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "inStock")] bool? InStock) : IValidated
{
    /// <inheritdoc />
    public void Validate(ValidationErrors errors)
    {
        errors.AddIf(Q?.Length > 200, "q", "Must have at most 200 characters.");
        errors.AddIf(!Text.IsStorable(Q), "q", "Must not hold control characters.");
        errors.AddIf(!Text.IsStorable(Category), "category", "Must not hold control characters.");
        errors.AddIf(ProductSort.Parse(Sort) is null, "sort", "Must be name, price, -price or newest.");
        errors.AddIf(MinPrice < 0, "minPrice", "Must not be negative.");
        errors.AddIf(MaxPrice < 0, "maxPrice", "Must not be negative.");
        errors.AddIf(MinPrice > MaxPrice, "minPrice", "Must not be above maxPrice.");
    }
}

internal static class Text
{
    /// <summary>Whether PostgreSQL can store the text and a page can show it: no NUL or other control character, no half of a surrogate pair.</summary>
    public static bool IsStorable(string? text)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\n' or '\r' or '\t'))
                return false;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }
        return true;
    }
}
