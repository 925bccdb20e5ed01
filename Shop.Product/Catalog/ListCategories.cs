using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>Lists all categories.</summary>
internal static class ListCategories
{
    public static async Task<Ok<Page<CategoryView>>> HandleAsync(ProductDb db, CancellationToken cancellationToken)
    {
        var categories = await db.Categories.AsNoTracking().OrderBy(x => x.Position).ThenBy(x => x.Slug)
            .Select(x => new CategoryView(x.Slug, x.Name, db.Products.Count(p => p.Category == x.Slug && p.ArchivedAt == null)))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<CategoryView>(categories, null));
    }
}

/// <summary>A category.</summary>
/// <param name="Slug">Its name in addresses and filters.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Count">How many products it has.</param>
public sealed record CategoryView(string Slug, string Name, int Count);
