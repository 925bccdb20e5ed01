namespace Shop.Web.Catalog;

/// <summary>The categories, read at most once for a page however many of its parts show them.</summary>
public sealed class CategoryMenu(CatalogClient catalog, IHttpContextAccessor http)
{
    private Task<IReadOnlyList<Category>>? _categories;

    /// <summary>All categories, in the order of the shop.</summary>
    /// <exception cref="ServiceDefaults.UnavailableException">Product is away.</exception>
    public Task<IReadOnlyList<Category>> ReadAsync() =>
        _categories ??= catalog.CategoriesAsync(http.HttpContext?.RequestAborted ?? CancellationToken.None);
}
