using System.Globalization;
using Shop.ServiceDefaults.Errors;

namespace Shop.Web.Catalog;

/// <summary>What the search field suggests while somebody types. The browser reaches only Web, so Web passes it on.</summary>
public static class Suggestions
{
    private const int Most = 8;
    private const int MostCategories = 3;
    private static readonly char[] Separators = [' ', '-', '&'];

    /// <summary>Maps <c>/suggest?q=</c>.</summary>
    public static void MapSuggestions(this IEndpointRouteBuilder app) =>
        app.MapGet("/suggest", FindAsync).AllowAnonymous().ExcludeFromDescription();

    /// <remarks>
    /// Product knows the categories by the names that staff gave them; visitors also find them by the names that they read. Searching works without
    /// suggestions, so that Product is away is no error here.
    /// </remarks>
    internal static async Task<IReadOnlyList<SuggestedLink>> FindAsync(string? q, CatalogClient catalog, CategoryMenu menu, CancellationToken cancellationToken)
    {
        if (q?.Trim() is not { Length: > 1 and <= 100 } text)
            return [];
        try
        {
            var (finding, reading) = (catalog.SuggestAsync(text, cancellationToken), menu.ReadAsync());
            await Task.WhenAll(finding, reading);
            var found = await finding;
            var categories = (await reading)
                .Where(category => HasWord(category.Name, text) || found.Any(one => one.Id is null && one.Slug == category.Slug))
                .Take(MostCategories)
                .Select(category => new SuggestedLink("category", category.Name, new ProductList(category.Slug).Address));
            var products = found.Where(one => one.Id is not null).Select(one => new SuggestedLink(one.Kind, one.Name, Display.Address(one.Id!.Value, one.Slug)));
            return [.. categories.Concat(products).Take(Most)];
        }
        catch (UnavailableException)
        {
            return [];
        }
    }

    /// <summary>Whether the name, or a word of it, begins with the text, however both are accented.</summary>
    private static bool HasWord(string name, string text) => name.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Append(name)
        .Any(word => CultureInfo.CurrentCulture.CompareInfo.IsPrefix(word, text, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace));
}

/// <summary>A suggestion, as the page's script shows it.</summary>
/// <param name="Kind"><c>product</c> or <c>category</c>.</param>
/// <param name="Name">In the visitor's language, where it has a name in it.</param>
/// <param name="Url">Where it leads.</param>
public sealed record SuggestedLink(string Kind, string Name, string Url);
