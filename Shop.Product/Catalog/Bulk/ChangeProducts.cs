using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Messaging.Audit;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog.Bulk;

/// <summary>
/// <c>POST /products/bulk</c>: the same change to many products, with a result for each. Those that can be changed are, in one transaction; for the others it is
/// said why not.
/// </summary>
internal static class ChangeProducts
{
    private const decimal Least = 0.01m;

    public static async Task<Results<Ok<BulkResult>, ProblemHttpResult>> HandleAsync(
        BulkRequest request, ProductDb db, IOptions<ShopOptions> shop, HttpContext http, AuditOutbox audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var change = request.Change;
        var errors = new Dictionary<string, string[]>();
        if (change.Price is { } price && price.Currency != shop.Value.Currency)
            errors["change.price.currency"] = [$"Must be {shop.Value.Currency}."];
        if (change.Category is { } category && !await db.Categories.AnyAsync(x => x.Slug == category, cancellationToken))
            errors["change.category"] = ["Must be the slug of a category."];
        if (errors.Count > 0)
            return Problems.Validation(errors);

        var ids = request.Ids.Distinct().ToArray();
        var results = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            // Locked in the order of the ids, so that nobody changes them in between, and two of these do not wait for each other in a circle.
            var products = await db.Products
                .FromSql($"SELECT * FROM products WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE").Include(x => x.Stock).ToDictionaryAsync(x => x.Id, cancellationToken);
            var made = ids.Select(id => new BulkItem(id, Apply(products.GetValueOrDefault(id), change, clock.GetUtcNow()))).ToList();
            var changed = made.Count(item => item.Error is null);
            if (changed > 0)
                db.Publish(AuditOutbox.Of(http, Record(changed, change)));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return made;
        });
        var count = results.Count(item => item.Error is null);
        if (count > 0)
            audit.Recorded(http, Record(count, change));
        return TypedResults.Ok(new BulkResult(count, results));
    }

    private static AuditEvent Record(int products, BulkChange change) => new("product.bulk", AuditEvent.Ok, Detail: $"{products} products: {change}");

    /// <summary>Changes the product; or says why not, and leaves it.</summary>
    private static string? Apply(CatalogProduct? product, BulkChange change, DateTimeOffset now)
    {
        if (product is null)
            return "There is no such product.";
        if (product.ArchivedAt is not null && change.Archived is not false)
            return "It is archived.";
        var price = change.Price?.Amount ?? product.Price;
        if (change.PricePercent is { } percent)
            price = new Money(product.Price * (1 + percent / 100), product.Currency).Rounded().Amount;
        if (price is < Least or > ProductRequest.MaxPrice)
            return string.Create(CultureInfo.InvariantCulture, $"Its price would be {price}, which is not from {Least} to {ProductRequest.MaxPrice}.");

        (product.Price, product.Category) = (price, change.Category ?? product.Category);
        if (change.Archived is { } archived)
            product.ArchivedAt = archived ? now : null;
        product.Version++;
        return null;
    }
}

/// <summary>The same change to many products.</summary>
/// <param name="Ids">1 to 1,000 of them; one that comes twice counts once.</param>
/// <param name="Change">The change.</param>
public sealed record BulkRequest(IReadOnlyList<Guid> Ids, BulkChange Change) : IValidatableObject
{
    private const int Most = 1000;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Ids.Count is 0 or > Most)
            yield return new($"Must have 1 to {Most} ids.", ["ids"]);
        if (Change is (null, null, null, null))
            yield return new("Must have something that changes: price, pricePercent, category or archived.", ["change"]);
        if (Change is { Price: not null, PricePercent: not null })
            yield return new("Must not have both a price and a pricePercent.", ["change.price"]);
        if (Change.Price is { } price && (!price.IsPrice || price.Amount is < 0.01m or > ProductRequest.MaxPrice))
            yield return new("Must be from 0.01 to 100000, with no more decimals than its currency has.", ["change.price"]);
        if (Change.Category is { } category && !PlainText.IsStorable(category))
            yield return new("Must be the slug of a category.", ["change.category"]);
        if (Change.PricePercent is < -99 or > 1000)
            yield return new("Must be from -99 to 1000.", ["change.pricePercent"]);
    }
}

/// <summary>A change to a product; null: stays as it is.</summary>
/// <param name="Price">The new price.</param>
/// <param name="PricePercent">By how much the price goes up, in percent; down where negative. Rounded as the currency is.</param>
/// <param name="Category">The slug of the new category.</param>
/// <param name="Archived">true: no longer for sale; false: for sale again.</param>
public sealed record BulkChange(Money? Price = null, decimal? PricePercent = null, string? Category = null, bool? Archived = null)
{
    /// <summary>In words, for the audit.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Price is { } price ? $"price {price}" : null,
        PricePercent is { } percent ? string.Create(CultureInfo.InvariantCulture, $"price {percent:+0.##;-0.##} %") : null,
        Category is null ? null : $"category {Category}",
        Archived switch { true => "archived", false => "brought back", null => null },
    }.OfType<string>());
}

/// <summary>The result of a change to many products.</summary>
/// <param name="Changed">How many were changed.</param>
/// <param name="Items">Each that was asked for, in that order.</param>
public sealed record BulkResult(int Changed, IReadOnlyList<BulkItem> Items);

/// <summary>The result for one of them.</summary>
/// <param name="Id">The product.</param>
/// <param name="Error">Why it was not changed; left out: it was.</param>
public sealed record BulkItem(Guid Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);
