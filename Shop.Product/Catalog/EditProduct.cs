using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Messaging.Audit;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>Changes a product that is still as the caller saw it.</summary>
internal static class EditProduct
{
    public static async Task<Results<Ok<ProductDetails>, ProblemHttpResult>> HandleAsync(
        Guid id, ProductRequest request, [FromHeader(Name = "If-Match")] string? ifMatch,
        ProductDb db, IOptions<ShopOptions> shop, HttpContext http, AuditOutbox audit, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(ifMatch))
            return Problems.Of(StatusCodes.Status428PreconditionRequired, "precondition-required", "The request needs an If-Match header",
                "Send the ETag of the product as you saw it.");
        if (await db.Products.Include(x => x.Stock).SingleOrDefaultAsync(x => x.Id == id && x.ArchivedAt == null, cancellationToken) is not { } product)
            return Problems.NotFound();
        if (!ProductTag.Permits(ifMatch, product.Version, request.Stock is null ? null : product.Stock.Available)
            || ProductTag.IsKnown(http.Request.Headers.IfNoneMatch, ProductTag.Of(product.Version, product.Stock.Available)))
            return Problems.Stale();
        if (await request.ProblemAsync(db, shop.Value, cancellationToken) is { } problem)
            return problem;

        var record = new AuditEvent("product.change", AuditEvent.Ok, id.ToString(), Differences(product, request));
        var before = product.Stock.Available;
        (product.Name, product.Description, product.Category) = (request.Name, request.Description ?? "", request.Category);
        (product.Price, product.Currency) = (request.Price.Amount, request.Price.Currency);
        product.Stock.Available = request.Stock ?? product.Stock.Available;
        product.Version++;
        if (StockMovement.Of(http, product, before) is { } movement)
            db.Add(movement);
        db.Publish(AuditOutbox.Of(http, record));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Problems.Stale();
        }
        audit.Recorded(http, record);
        http.Response.Headers.ETag = ProductTag.Of(product.Version, product.Stock.Available);
        return TypedResults.Ok(ProductDetails.Of(product));
    }

    /// <summary>What the audit is to say: which fields become what, long text left out.</summary>
    private static string Differences(CatalogProduct product, ProductRequest request)
    {
        var changes = new List<string>();
        Add("name", product.Name, request.Name);
        Add("price", new Money(product.Price, product.Currency).ToString(), request.Price.ToString());
        Add("category", product.Category, request.Category);
        if (product.Description != (request.Description ?? ""))
            changes.Add("description");
        if (request.Stock is { } stock)
            Add("stock", product.Stock.Available.ToString(CultureInfo.InvariantCulture), stock.ToString(CultureInfo.InvariantCulture));
        return string.Join(", ", changes);

        void Add(string field, string before, string after)
        {
            if (before != after)
                changes.Add($"{field}: {before} -> {after}");
        }
    }
}
