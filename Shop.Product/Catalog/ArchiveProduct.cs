using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>Takes a product off sale; old orders keep it.</summary>
internal static class ArchiveProduct
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, HttpRequest request, ProductDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var product = db.Products.Where(x => x.Id == id && x.ArchivedAt == null);
        if (request.Headers.IfMatch.Count > 0 || request.Headers.IfNoneMatch.Count > 0)
        {
            if (await product.Select(x => new { x.Version, x.Stock.Available }).SingleOrDefaultAsync(cancellationToken) is not { } seen)
                return Problems.NotFound();
            if (ProductTag.Check(request.Headers, ProductTag.Of(seen.Version, seen.Available)) is not Precondition.Holds)
                return Problems.Stale();
            product = product.Where(x => x.Version == seen.Version);
        }
        var now = time.GetUtcNow();
        var archived = await product.ExecuteUpdateAsync(
            set => set.SetProperty(x => x.ArchivedAt, now).SetProperty(x => x.Version, x => x.Version + 1), cancellationToken);
        return archived == 1 ? TypedResults.NoContent() : Problems.NotFound();
    }
}
