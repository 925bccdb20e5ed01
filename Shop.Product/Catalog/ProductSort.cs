namespace Shop.Product.Catalog;

/// <summary>The keys of the last row of a page of products: the id, and what the list is sorted by.</summary>
/// <param name="Sort">The order that the cursor belongs to.</param>
/// <param name="Id">The tie-break.</param>
/// <param name="Name">null unless sorted by name.</param>
/// <param name="Price">null unless sorted by price.</param>
/// <param name="Rank">How well it matches; null unless sorted by relevance, and where so many match that the newest come first.</param>
/// <param name="Place">Its place among the ids that were asked for, from 1; null unless in that order.</param>
public sealed record ProductCursor(string Sort, Guid Id, string? Name = null, decimal? Price = null, double? Rank = null, int? Place = null);

/// <summary>An order that a list of products can be in.</summary>
/// <param name="Name">Its name in the query string.</param>
/// <param name="OrderBy">The SQL of its ORDER BY.</param>
/// <param name="After">The SQL that is true for the rows after a cursor; <c>@key</c> and <c>@id</c> are its keys.</param>
public sealed record ProductSort(string Name, string OrderBy, string After)
{
    /// <summary>The newest first. Ids are UUIDv7: their order is the order of arrival.</summary>
    internal static readonly ProductSort Newest = new("newest", "p.id DESC", "p.id < @id");

    /// <summary>The best match first, for lists with a search.</summary>
    internal static readonly ProductSort Relevance = new("relevance", "p.rank DESC, p.id DESC", "(p.rank, p.id) < (@key, @id)");

    /// <summary>The order of the ids that were asked for.</summary>
    private static readonly ProductSort Asked = new("asked", "array_position(@ids, p.id)", "array_position(@ids, p.id) > @key");

    // Each has an index. The column of the names has the collation by which people sort.
    private static readonly ProductSort[] All =
    [
        Newest,
        new("name", "p.name, p.id", "(p.name, p.id) > (@key, @id)"),
        new("price", "p.price, p.id", "(p.price, p.id) > (@key, @id)"),
        new("-price", "p.price DESC, p.id DESC", "(p.price, p.id) < (@key, @id)"),
    ];

    /// <summary>The order of that name; null when there is none.</summary>
    /// <param name="name">Its name; null or empty for the order that the list has by itself.</param>
    /// <param name="searched">Whether the list has a search.</param>
    /// <param name="byIds">Whether the list is one of ids.</param>
    public static ProductSort? Parse(string? name, bool searched = false, bool byIds = false) => name switch
    {
        null or "" => byIds ? Asked : searched ? Relevance : Newest,
        // Without a search all match equally well.
        "relevance" => searched ? Relevance : Newest,
        _ => Array.Find(All, sort => sort.Name == name),
    };

    /// <summary>The cursor for a page that ends with the product.</summary>
    /// <param name="last">The product.</param>
    /// <param name="rank">How well it matches; null: the list is not sorted by that, or too long for it.</param>
    /// <param name="place">Its place among the ids that were asked for.</param>
    public ProductCursor CursorAt(ProductSummary last, double? rank = null, int place = 0) => Name switch
    {
        "newest" => new(Name, last.Id),
        "relevance" => new(Name, last.Id, Rank: rank),
        "asked" => new(Name, last.Id, Place: place),
        "name" => new(Name, last.Id, Name: last.Name),
        _ => new(Name, last.Id, Price: last.Price.Amount),
    };

    /// <summary>The key beside the id that <c>@key</c> stands for, null when there is none; false when the cursor belongs to another order.</summary>
    public bool TryGetKey(ProductCursor cursor, out object? key)
    {
        key = Name switch
        {
            "newest" => null,
            "relevance" => cursor.Rank ?? double.PositiveInfinity,
            "asked" => cursor.Place,
            "name" => cursor.Name,
            _ => cursor.Price,
        };
        return cursor.Sort == Name && (key is not null || Name == "newest");
    }
}
