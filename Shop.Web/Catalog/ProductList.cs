using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Web.Catalog;

/// <summary>Which products a page lists, and the addresses of its neighbours. Null means "no matter which".</summary>
/// <param name="Category">The slug of the only category.</param>
/// <param name="Search">Words to be found.</param>
/// <param name="Sort">The value of one of <see cref="Choice"/>.</param>
/// <param name="After">The cursor of the page before; null for the first page.</param>
/// <param name="MinPrice">The lowest price, included.</param>
/// <param name="MaxPrice">The highest price, included.</param>
/// <param name="InStock">Whether only what is there is listed.</param>
public sealed record ProductList(
    string? Category = null, string? Search = null, string? Sort = null, string? After = null,
    decimal? MinPrice = null, decimal? MaxPrice = null, bool InStock = false)
{
    /// <summary>The orders to choose from, the one without being asked first: by name mixes the categories well.</summary>
    public static readonly IReadOnlyList<(string Value, string Label)> Sorts =
        [("name", "A to Z"), ("newest", "Newest"), ("price", "Price, low to high"), ("-price", "Price, high to low")];

    private static readonly IReadOnlyList<(string Value, string Label)> SearchSorts = [("relevance", "Best match"), .. Sorts];

    /// <summary>The orders to choose from for this list: of what was found, the best match comes first.</summary>
    public IReadOnlyList<(string Value, string Label)> Choice => Search is null ? Sorts : SearchSorts;

    /// <summary>The order in force. One that does not exist is none.</summary>
    public string EffectiveSort => Choice.Any(sort => sort.Value == Sort) ? Sort! : Choice[0].Value;

    /// <summary>Whether the list is narrowed by price or stock.</summary>
    public bool IsFiltered => MinPrice is not null || MaxPrice is not null || InStock;

    /// <summary>The list without being narrowed, from its start.</summary>
    public ProductList Unfiltered => this with { MinPrice = null, MaxPrice = null, InStock = false, After = null };

    /// <summary>Reads what came in the address; blank is null, and so is a price that is no number.</summary>
    public static ProductList From(string? category, string? search, string? sort, string? after, string? minPrice = null, string? maxPrice = null, bool inStock = false) =>
        new(Blank(category), Blank(search), Blank(sort), Blank(after), Price(minPrice), Price(maxPrice), inStock);

    /// <summary>Where the storefront shows this list.</summary>
    public string Address => QueryHelpers.AddQueryString(Path, new Dictionary<string, string?>
    {
        ["q"] = Search,
        ["category"] = Search is null ? null : Category,
        ["minPrice"] = Number(MinPrice),
        ["maxPrice"] = Number(MaxPrice),
        ["inStock"] = InStock ? "true" : null,
        ["sort"] = EffectiveSort == Choice[0].Value ? null : Sort,
        ["after"] = After,
    });

    /// <summary>The address without its query.</summary>
    public string Path => Category is null || Search is not null ? "/search" : $"/c/{Uri.EscapeDataString(Category)}";

    /// <summary>What to ask Product for.</summary>
    /// <param name="limit">How many products at most.</param>
    public string Query(int limit) => QueryHelpers.AddQueryString("/products", new Dictionary<string, string?>
    {
        ["category"] = Category,
        ["q"] = Search,
        ["minPrice"] = Number(MinPrice),
        ["maxPrice"] = Number(MaxPrice),
        ["inStock"] = InStock ? "true" : null,
        ["sort"] = EffectiveSort,
        ["after"] = After,
        ["limit"] = limit.ToString(CultureInfo.InvariantCulture),
    });

    private static string? Blank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    /// <summary>People write the decimal point of their language; nobody filters by thousands with a separator.</summary>
    private static decimal? Price(string? text) =>
        decimal.TryParse(text?.Trim().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price <= 1_000_000 ? price : null;

    private static string? Number(decimal? price) => price?.ToString(CultureInfo.InvariantCulture);
}
