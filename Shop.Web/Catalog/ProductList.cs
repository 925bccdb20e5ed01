using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Web.Catalog;

/// <summary>Which products a page lists, and the addresses of its neighbours. Null means "no matter which".</summary>
/// <param name="Category">The slug of the only category.</param>
/// <param name="Search">Words to be found.</param>
/// <param name="Sort">One of <see cref="Choice"/>.</param>
/// <param name="After">The cursor of the page before; null for the first page.</param>
public sealed record ProductList(string? Category = null, string? Search = null, string? Sort = null, string? After = null)
{
    /// <summary>The orders to choose from, the one without being asked first: by name mixes the categories well.</summary>
    public static readonly IReadOnlyList<(string Value, string Label)> Sorts =
        [("name", "A to Z"), ("newest", "Newest"), ("price", "Price, low to high"), ("-price", "Price, high to low")];

    private static readonly IReadOnlyList<(string Value, string Label)> SearchSorts = [("relevance", "Best match"), .. Sorts];

    /// <summary>The orders to choose from for this list: of what was found, the best match comes first.</summary>
    public IReadOnlyList<(string Value, string Label)> Choice => Search is null ? Sorts : SearchSorts;

    /// <summary>The order in force. One that does not exist is none.</summary>
    public string EffectiveSort => Choice.Any(sort => sort.Value == Sort) ? Sort! : Choice[0].Value;

    /// <summary>Whether this is the front page: everything, from the start.</summary>
    public bool IsFront => Category is null && Search is null && After is null;

    /// <summary>Reads what came in the address; blank is null.</summary>
    public static ProductList From(string? category, string? search, string? sort, string? after) =>
        new(Blank(category), Blank(search), Blank(sort), Blank(after));

    /// <summary>Where the storefront shows this list.</summary>
    public string Address => QueryHelpers.AddQueryString(
        Category is null ? "/" : $"/c/{Uri.EscapeDataString(Category)}",
        new Dictionary<string, string?> { ["q"] = Search, ["sort"] = EffectiveSort == Choice[0].Value ? null : Sort, ["after"] = After });

    /// <summary>What to ask Product for.</summary>
    /// <param name="limit">How many products at most.</param>
    public string Query(int limit) => QueryHelpers.AddQueryString("/products", new Dictionary<string, string?>
    {
        ["category"] = Category,
        ["q"] = Search,
        ["sort"] = EffectiveSort,
        ["after"] = After,
        ["limit"] = limit.ToString(CultureInfo.InvariantCulture),
    });

    private static string? Blank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
