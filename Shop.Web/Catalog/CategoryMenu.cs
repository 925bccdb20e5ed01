using Microsoft.Extensions.Localization;
using Shop.Ui;

namespace Shop.Web.Catalog;

/// <summary>
/// The categories, read at most once for a page however many of its parts show them. Names that are known are in the visitor's language; those that staff has
/// made up are as they are.
/// </summary>
public sealed class CategoryMenu(CatalogClient catalog, IStringLocalizer<Texts> texts, IHttpContextAccessor http)
{
    private Task<IReadOnlyList<Category>>? _categories;

    /// <summary>All categories, in the order of the shop.</summary>
    /// <exception cref="ServiceDefaults.UnavailableException">Product is away.</exception>
    public Task<IReadOnlyList<Category>> ReadAsync() => _categories ??= TranslatedAsync();

    private async Task<IReadOnlyList<Category>> TranslatedAsync()
    {
        var categories = await catalog.CategoriesAsync(http.HttpContext?.RequestAborted ?? CancellationToken.None);
        return [.. categories.Select(category => category with { Name = texts[category.Name] })];
    }
}
