using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>Somebody of the staff has changed how many of a product there are. What orders take and give back is in the orders.</summary>
public sealed class StockMovement
{
    /// <summary>Ascends.</summary>
    public long Id { get; init; }

    /// <summary>The product.</summary>
    public required Guid ProductId { get; init; }

    /// <summary>How many were added; negative: taken away.</summary>
    public required int Change { get; init; }

    /// <summary>How many there were then.</summary>
    public required int Stock { get; init; }

    /// <summary>Why, in words; null: not said.</summary>
    public string? Reason { get; init; }

    /// <summary>The user id of whoever did it; null: a program.</summary>
    public Guid? Author { get; init; }

    /// <summary>Their name then.</summary>
    public required string AuthorName { get; init; }

    /// <summary>UTC, by the clock of the database.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>A change that the request makes to the product; null when there is none.</summary>
    internal static StockMovement? Of(HttpContext http, CatalogProduct product, int before, string? reason = null) => product.Stock.Available == before ? null : new()
    {
        ProductId = product.Id,
        Change = product.Stock.Available - before,
        Stock = product.Stock.Available,
        Reason = reason,
        Author = AuthorOf(http),
        AuthorName = AuthorNameOf(http),
    };

    internal static Guid? AuthorOf(HttpContext http) => Guid.TryParse(http.User.FindFirst("sub")?.Value, out var id) ? id : null;

    internal static string AuthorNameOf(HttpContext http) => http.User.FindFirst("name")?.Value ?? http.User.FindFirst("client_id")?.Value ?? "";
}

/// <summary><c>GET /products/{id}/stock-history</c>: who changed the stock of a product, by how much and why, the latest first.</summary>
internal static class StockHistory
{
    public static async Task<Results<Ok<Page<StockMovementView>>, ProblemHttpResult>> HandleAsync(
        Guid id, Paging paging, ProductDb db, CancellationToken cancellationToken)
    {
        var after = paging.After<Position>()?.Id;
        var rows = await db.StockMovements.AsNoTracking()
            .Where(x => x.ProductId == id && (after == null || x.Id < after)).OrderByDescending(x => x.Id).Take(paging.Fetch)
            .Select(x => new { x.Id, View = new StockMovementView(x.Change, x.Stock, x.Reason, x.Author, x.AuthorName, x.At) })
            .ToListAsync(cancellationToken);
        if (rows.Count == 0 && !await db.Products.AnyAsync(x => x.Id == id, cancellationToken))
            return Problems.NotFound();
        var page = Page.Of(rows, paging, row => new Position(row.Id));
        return TypedResults.Ok(new Page<StockMovementView>([.. page.Items.Select(row => row.View)], page.Next));
    }

    private sealed record Position(long Id);
}

/// <summary>A change of the stock by staff.</summary>
/// <param name="Change">How many were added; negative: taken away.</param>
/// <param name="Stock">How many there were then.</param>
/// <param name="Reason">Why, in words; left out: not said.</param>
/// <param name="Author">The user id of whoever did it; left out: a program.</param>
/// <param name="AuthorName">Their name then.</param>
/// <param name="At">When, UTC.</param>
public sealed record StockMovementView(
    int Change, int Stock, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Author, string AuthorName, DateTimeOffset At);

internal sealed class StockMovementConfiguration : IEntityTypeConfiguration<StockMovement>
{
    public void Configure(EntityTypeBuilder<StockMovement> movement)
    {
        movement.ToTable("stock_movements");
        movement.Property(x => x.Id).UseIdentityAlwaysColumn();
        movement.Property(x => x.Reason).HasMaxLength(StockChange.LongestReason);
        movement.Property(x => x.AuthorName).HasMaxLength(100);
        movement.Property(x => x.At).HasDefaultValueSql("now()");
        movement.HasIndex(x => new { x.ProductId, x.Id });
    }
}
