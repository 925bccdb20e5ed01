using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>What staff does with products: rare, by one person at a time, so through EF.</summary>
internal static class ProductEditing
{
    public static async Task<Results<Created<ProductDetails>, ProblemHttpResult>> Create(
        ProductRequest request, ProductDb db, IOptions<ShopOptions> shop, HttpResponse response, CancellationToken cancel)
    {
        if (await FaultOfAsync(request, db, shop.Value, cancel) is { } fault)
            return fault;
        var id = Guid.CreateVersion7();
        var product = new CatalogProduct
        {
            Id = id,
            Slug = Slug.From(request.Name),
            Name = request.Name,
            Description = request.Description ?? "",
            Category = request.Category,
            Price = request.Price.Amount,
            Currency = request.Price.Currency,
            Stock = new ProductStock { ProductId = id, Available = request.Stock ?? 0 },
        };
        db.Products.Add(product);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { ConstraintName: CatalogProductConfiguration.OneProductForASlug })
        {
            product.Slug = Slug.From(request.Name, id);
            await db.SaveChangesAsync(cancel);
        }
        response.Headers.ETag = ProductTag.Of(product.Version, product.Stock.Available);
        return TypedResults.Created($"/products/{id}", ProductDetails.Of(product));
    }

    public static async Task<Results<Ok<ProductDetails>, ProblemHttpResult>> Update(
        Guid id, ProductRequest request, [FromHeader(Name = "If-Match")] string? ifMatch,
        ProductDb db, IOptions<ShopOptions> shop, HttpContext http, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(ifMatch))
            return Problems.Of(StatusCodes.Status428PreconditionRequired, "precondition-required", "The request needs an If-Match header",
                "Send the ETag of the product as you saw it.");
        if (await ForSale(db).SingleOrDefaultAsync(x => x.Id == id, cancel) is not { } product)
            return Problems.NotFound();
        if (!ProductTag.Permits(ifMatch, product.Version, request.Stock is null ? null : product.Stock.Available)
            || ProductTag.IsKnown(http.Request.Headers.IfNoneMatch, ProductTag.Of(product.Version, product.Stock.Available)))
            return Problems.Stale();
        if (await FaultOfAsync(request, db, shop.Value, cancel) is { } fault)
            return fault;

        (product.Name, product.Description, product.Category) = (request.Name, request.Description ?? "", request.Category);
        (product.Price, product.Currency) = (request.Price.Amount, request.Price.Currency);
        product.Stock.Available = request.Stock ?? product.Stock.Available;
        product.Version++;
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Problems.Stale();
        }
        http.Response.Headers.ETag = ProductTag.Of(product.Version, product.Stock.Available);
        return TypedResults.Ok(ProductDetails.Of(product));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Archive(
        Guid id, HttpRequest request, ProductDb db, TimeProvider time, CancellationToken cancel)
    {
        var product = ForSale(db).Where(x => x.Id == id);
        if (request.Headers.IfMatch.Count > 0 || request.Headers.IfNoneMatch.Count > 0)
        {
            if (await product.Select(x => new { x.Version, x.Stock.Available }).SingleOrDefaultAsync(cancel) is not { } seen)
                return Problems.NotFound();
            if (ProductTag.Check(request.Headers, ProductTag.Of(seen.Version, seen.Available)) is not Precondition.Holds)
                return Problems.Stale();
            product = product.Where(x => x.Version == seen.Version);
        }
        var now = time.GetUtcNow();
        var archived = await product.ExecuteUpdateAsync(
            set => set.SetProperty(x => x.ArchivedAt, now).SetProperty(x => x.Version, x => x.Version + 1), cancel);
        return archived == 1 ? TypedResults.NoContent() : Problems.NotFound();
    }

    private static IQueryable<CatalogProduct> ForSale(ProductDb db) => db.Products.Include(x => x.Stock).Where(x => x.ArchivedAt == null);

    /// <summary>What only this shop can say about a request; null when nothing is wrong.</summary>
    private static async Task<ProblemHttpResult?> FaultOfAsync(ProductRequest request, ProductDb db, ShopOptions shop, CancellationToken cancel)
    {
        var errors = new ValidationErrors();
        errors.AddIf(request.Price.Currency != shop.Currency, "price.currency", $"Must be {shop.Currency}.");
        errors.AddIf(
            !PlainText.IsStorable(request.Category) || !await db.Categories.AnyAsync(x => x.Slug == request.Category, cancel),
            "category", "Must be the slug of a category.");
        return errors.IsEmpty ? null : Problems.Validation(errors.ToDictionary());
    }
}
