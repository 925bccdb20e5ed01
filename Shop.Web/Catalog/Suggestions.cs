using Microsoft.Extensions.Localization;
using Shop.ServiceDefaults.Errors;
using Shop.Ui;

namespace Shop.Web.Catalog;

/// <summary>What the search field suggests while somebody types. The browser reaches only Web, so Web passes it on.</summary>
public static class Suggestions
{
    /// <summary>Maps <c>/suggest?q=</c>.</summary>
    public static void MapSuggestions(this IEndpointRouteBuilder app) =>
        app.MapGet("/suggest", async (string? q, CatalogClient catalog, IStringLocalizer<Texts> texts, CancellationToken cancellationToken) =>
            (await FindAsync(q, catalog, cancellationToken)).Select(found => new
            {
                found.Kind,
                Name = found.Id is null ? texts[found.Name].Value : found.Name,
                Url = found.Id is { } id ? Display.Address(id, found.Slug) : new ProductList(found.Slug).Address,
            })).AllowAnonymous().ExcludeFromDescription();

    /// <remarks>Searching works without them, so that Product is away is no error here.</remarks>
    private static async Task<IReadOnlyList<Suggestion>> FindAsync(string? text, CatalogClient catalog, CancellationToken cancellationToken)
    {
        if (text is not { Length: > 1 and <= 100 })
        {
            return [];
        }
        try
        {
            return await catalog.SuggestAsync(text, cancellationToken);
        }
        catch (UnavailableException)
        {
            return [];
        }
    }
}
