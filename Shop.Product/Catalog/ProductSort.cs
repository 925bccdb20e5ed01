namespace Shop.Product.Catalog;

/// <summary>The keys of the last row of a page of products: the id, and the name or the price if the list is sorted by it.</summary>
/// <param name="Sort">The order that the cursor belongs to.</param>
/// <param name="Id">The tie-break.</param>
/// <param name="Name">null unless sorted by name.</param>
/// <param name="Price">null unless sorted by price.</param>
public sealed record ProductCursor(string Sort, Guid Id, string? Name = null, decimal? Price = null);

/// <summary>An order that a list of products can be in. Each has an index.</summary>
/// <param name="Name">Its name in the query string.</param>
/// <param name="OrderBy">The SQL of its ORDER BY.</param>
/// <param name="After">The SQL that is true for the rows after a cursor; <c>@key</c> and <c>@id</c> are its keys.</param>
public sealed record ProductSort(string Name, string OrderBy, string After)
{
    private static readonly ProductSort[] All =
    [
        // Ids are UUIDv7: their order is the order of arrival.
        new("newest", "p.id DESC", "p.id < @id"),
        new("name", "p.name, p.id", "(p.name, p.id) > (@key, @id)"),
        new("price", "p.price, p.id", "(p.price, p.id) > (@key, @id)"),
        new("-price", "p.price DESC, p.id DESC", "(p.price, p.id) < (@key, @id)"),
    ];

    /// <summary>The order of that name; the newest first for null; null when there is none.</summary>
    public static ProductSort? Parse(string? name) =>
        string.IsNullOrEmpty(name) ? All[0] : Array.Find(All, sort => sort.Name == name);

    /// <summary>The cursor for a page that ends with the product.</summary>
    public ProductCursor CursorAt(ProductSummary last) => Name switch
    {
        "newest" => new(Name, last.Id),
        "name" => new(Name, last.Id, Name: last.Name),
        _ => new(Name, last.Id, Price: last.Price.Amount),
    };

    /// <summary>The key beside the id that <c>@key</c> stands for, null when there is none; false when the cursor belongs to another order.</summary>
    public bool TryGetKey(ProductCursor cursor, out object? key)
    {
        key = Name switch { "newest" => null, "name" => cursor.Name, _ => cursor.Price };
        return cursor.Sort == Name && (key is not null || Name == "newest") && Text.IsStorable(cursor.Name);
    }
}
