using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>Puts a product on sale.</summary>
internal static class CreateProduct
{
    public static async Task<Results<Created<ProductDetails>, ProblemHttpResult>> HandleAsync(
        ProductRequest request, ProductDb db, IOptions<ShopOptions> shop, HttpContext http, AuditOutbox audit, CancellationToken cancellationToken)
    {
        if (await request.ProblemAsync(db, shop.Value, cancellationToken) is { } problem)
            return problem;
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
        if (StockMovement.Of(http, product, before: 0) is { } movement)
            db.Add(movement);
        var record = new AuditEvent("product.create", AuditEvent.Ok, id.ToString(), product.Name);
        db.Publish(AuditOutbox.Of(http, record));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { ConstraintName: CatalogProductConfiguration.OneProductForASlug })
        {
            product.Slug = Slug.From(request.Name, id);
            await db.SaveChangesAsync(cancellationToken);
        }
        audit.Recorded(http, record);
        http.Response.Headers.ETag = ProductTag.Of(product.Version, product.Stock.Available);
        return TypedResults.Created($"/products/{id}", ProductDetails.Of(product));
    }
}

/// <summary>What staff says about a product, new or changed.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Category">The slug of a category that exists.</param>
/// <param name="Price">0.01 to 100,000.00 in the shop's currency.</param>
/// <param name="Description">Plain text, at most 4,000 characters; null: none.</param>
/// <param name="Stock">0 to 1,000,000; null: none of a new product, and as it is of one that exists.</param>
public sealed record ProductRequest(string Name, string Category, Money Price, string? Description = null, int? Stock = null) : IValidatableObject
{
    internal const int MaxStock = 1_000_000;
    internal const decimal MaxPrice = 100_000m;

    /// <summary>1 to 200 characters on one line, normalised.</summary>
    [StringLength(200, MinimumLength = 1, ErrorMessage = "Must have 1 to 200 characters.")]
    public string Name { get; init; } = PlainText.Normalize(Name);

    /// <summary>The slug of a category that exists.</summary>
    public string Category { get; init; } = PlainText.Normalize(Category);

    /// <summary>Plain text, normalised, at most 4,000 characters; null: none.</summary>
    [StringLength(4000, ErrorMessage = "Must have at most 4000 characters.")]
    public string? Description { get; init; } = Description is null ? null : PlainText.Normalize(Description);

    /// <summary>0 to 1,000,000; null: none of a new product, and as it is of one that exists.</summary>
    [Range(0, MaxStock, ErrorMessage = "Must be from 0 to 1000000.")]
    public int? Stock { get; init; } = Stock;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!PlainText.IsVisible(Name))
            yield return new("Must hold something that can be seen.", ["name"]);
        if (!PlainText.IsOneLine(Name))
            yield return new("Must not hold control characters.", ["name"]);
        if (Description is not null && !PlainText.IsStorable(Description))
            yield return new("Must not hold control characters other than line breaks and tabs.", ["description"]);
        if (!Price.IsPrice || Price.Amount is < 0.01m or > MaxPrice)
            yield return new(
                Price.Decimals == 0
                    ? "Must be from 1 to 100000 without decimals: its currency has none."
                    : "Must be from 0.01 to 100000 with at most two decimals, in a currency.",
                ["price"]);
    }

    /// <summary>What only the shop's settings and its database can say about a request; null when nothing is wrong.</summary>
    internal async Task<ProblemHttpResult?> ProblemAsync(ProductDb db, ShopOptions shop, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        if (Price.Currency != shop.Currency)
            errors["price.currency"] = [$"Must be {shop.Currency}."];
        if (!PlainText.IsStorable(Category) || !await db.Categories.AnyAsync(x => x.Slug == Category, cancellationToken))
            errors["category"] = ["Must be the slug of a category."];
        return errors.Count == 0 ? null : Problems.Validation(errors);
    }
}
