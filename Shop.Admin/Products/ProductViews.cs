using Shop.Admin.Services;

namespace Shop.Admin.Products;

/// <summary>A product in a list, for staff.</summary>
public sealed record ProductRow(Guid Id, string Slug, string Name, Money Price, string Category, string? ImageUrl, int? Stock);

/// <summary>A page of products.</summary>
public sealed record ProductRows(IReadOnlyList<ProductRow> Items, string? Next, int? Total);

/// <summary>A product.</summary>
public sealed record Product(Guid Id, string Slug, string Name, string Description, Money Price, string Category, string? ImageUrl, int Stock, int Version)
{
    /// <summary>Its entity tag, as Product makes it.</summary>
    public string Tag => FormattableString.Invariant($"\"{Version}-{Stock}\"");
}

/// <summary>A category.</summary>
public sealed record Category(string Slug, string Name, int Count);

/// <summary>A change of a stock by staff.</summary>
public sealed record StockMovement(int Change, int Stock, string? Reason, string AuthorName, DateTimeOffset At);

/// <summary>The result of a change to many products.</summary>
public sealed record BulkResult(int Changed, IReadOnlyList<BulkItem> Items);

/// <summary>The result for one of them.</summary>
public sealed record BulkItem(Guid Id, string? Error);

/// <summary>The stock of a product.</summary>
public sealed record StockLevel(int Stock);
