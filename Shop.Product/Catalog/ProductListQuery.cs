using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>Reads a page of products and how many there are in all, in one statement.</summary>
internal sealed class ProductListQuery
{
    /// <summary>Up to so many the list says how long it is.</summary>
    private const int MostCounted = 1000;

    /// <summary>
    /// Up to so many matches of a search are read and sorted, whatever the order: some 20 ms of one core. Where more match, the page is read from the index of
    /// the order instead, and those that match best cannot come first: then the newest do.
    /// </summary>
    private const int MostRanked = 2000;

    // LIMIT keeps the planner from reading the stock of the whole catalog for a few thousand products.
    private const string Stock = "CROSS JOIN LATERAL (SELECT available FROM product_stock WHERE product_id = p.id LIMIT 1) s";

    private const string Columns = "p.id, p.slug, p.name, p.price, p.currency, p.category, p.image_version";

    private readonly NpgsqlCommand _command;
    private readonly ProductFilter _filter;
    private readonly ProductSort _sort;
    private readonly Paging _paging;
    private readonly string _stockIfAsked;
    private readonly string _conditions;
    private readonly string _after;
    private readonly string _limit;

    private ProductListQuery(NpgsqlCommand command, ProductFilter filter, Paging paging)
    {
        (_command, _filter, _sort, _paging) = (command, filter, filter.Order!, paging);
        _stockIfAsked = filter.InStock is true ? " " + Stock : "";
        _conditions = Conditions();
        _after = After();
        // As a number in the text: the plan is made once for all values (plan_cache_mode), and without it would be one for a tenth of the catalog.
        _limit = paging.Fetch.ToString(CultureInfo.InvariantCulture);
        _command.CommandText = filter.Search is { } text ? Searched(text) : Filtered();
    }

    /// <summary>A page of the list.</summary>
    /// <param name="database">The database.</param>
    /// <param name="filter">Which products, and in which order; valid.</param>
    /// <param name="paging">Which page.</param>
    /// <param name="staff">Whether the items tell their stock.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ProblemException">400: the cursor belongs to another list.</exception>
    public static async Task<ProductPage> ReadAsync(NpgsqlDataSource database, ProductFilter filter, Paging paging, bool staff, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand();
        var listing = new ProductListQuery(command, filter, paging);
        await using var reader = await database.ReadAsync(command, listing.IsCommon, cancellationToken);
        return await listing.ReadAsync(reader, staff, cancellationToken);
    }

    /// <summary>What most visitors look at, in few forms; each other combination of limit and filters would be one more that the server keeps.</summary>
    private bool IsCommon => _paging.Limit == Paging.DefaultLimit && string.IsNullOrEmpty(_filter.Ids) && _filter.Archived is null
        && _filter.MinPrice is null && _filter.MaxPrice is null;

    private async Task<ProductPage> ReadAsync(NpgsqlDataReader reader, bool staff, CancellationToken cancellationToken)
    {
        var (rows, ranks, total) = (new List<ProductSummary>(_paging.Fetch), new Dictionary<Guid, double?>(_paging.Fetch), 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            total = reader.GetInt64(0);
            // The count comes even when the page has nothing.
            if (reader.IsDBNull(1))
                break;
            var (id, stock) = (reader.GetGuid(1), reader.GetInt32(8));
            rows.Add(new(
                id, reader.GetString(2), reader.GetString(3), new Money(reader.GetDecimal(4), reader.GetString(5)),
                reader.GetString(6), ProductImages.Url(id, reader.GetInt32(7)), stock > 0, staff ? stock : null));
            ranks[id] = reader.IsDBNull(9) ? null : reader.GetDouble(9);
        }
        _filter.TryGetIds(out var ids);
        var page = Page.Of(rows, _paging, last => _sort.CursorAt(last, ranks[last.Id], Array.IndexOf(ids, last.Id) + 1));
        return new(page.Items, page.Next, total > MostCounted ? null : (int)total);
    }

    /// <summary>
    /// All matches are read, up to a limit, and the page is taken from them; only if there are more is it read from an index. The stock is looked up for the page
    /// alone, unless it is a condition, and how well each matches only where that decides.
    /// </summary>
    private string Searched(string text)
    {
        _command.Parameters.AddWithValue("q", text);
        // The name before the description, whole words before beginnings, short names before long ones.
        var rank = _sort == ProductSort.Relevance
            ? "4 * (p.search @@ q.whole)::int + 2 * (p.search @@ q.begun)::int + ts_rank(p.search, q.query)::float8 + 1.0::float8 / length(p.name)"
            : "NULL::float8";
        var (order, after) = _sort == ProductSort.Relevance ? (ProductSort.Newest.OrderBy, ProductSort.Newest.After) : (_sort.OrderBy, _sort.After);
        return $"""
            WITH q AS MATERIALIZED (SELECT * FROM public.search_query(@q)),
            found AS MATERIALIZED (
                SELECT {Columns}, p.search FROM products p{_stockIfAsked}
                WHERE p.search @@ (SELECT query FROM q) AND {_conditions} LIMIT {MostRanked + 1}),
            size AS MATERIALIZED (SELECT count(*) AS n FROM found)
            SELECT size.n, {Columns}, s.available, p.rank FROM size LEFT JOIN (
                (SELECT * FROM (SELECT {Columns}, {rank} AS rank FROM q, found p WHERE (SELECT n FROM size) <= {MostRanked}) p
                WHERE true{_after} ORDER BY {_sort.OrderBy} LIMIT {_limit})
                UNION ALL
                (SELECT {Columns}, NULL::float8 AS rank FROM products p{_stockIfAsked}
                WHERE (SELECT n FROM size) > {MostRanked} AND (p.search @@ (SELECT query FROM q)) IS TRUE AND {_conditions}{(_after == "" ? "" : " AND " + after)}
                ORDER BY {order} LIMIT {_limit})) p ON true
            LEFT JOIN product_stock s ON s.product_id = p.id
            ORDER BY {_sort.OrderBy}
            """;
    }

    private string Filtered() => $"""
        SELECT size.n, p.* FROM (
            SELECT count(*) AS n FROM (
                SELECT FROM products p{_stockIfAsked}
                WHERE {_conditions} LIMIT {MostCounted + 1}) counted) size
        LEFT JOIN (
            SELECT {Columns}, s.available, NULL::float8 AS rank FROM products p JOIN product_stock s ON s.product_id = p.id
            WHERE {_conditions}{_after} ORDER BY {_sort.OrderBy} LIMIT {_limit}) p ON true
        ORDER BY {_sort.OrderBy}
        """;

    private string Conditions()
    {
        var sql = new StringBuilder(_filter.Archived is true ? "p.archived_at IS NOT NULL" : "p.archived_at IS NULL");
        if (!string.IsNullOrEmpty(_filter.Category))
            Where("p.category = @category", "category", _filter.Category);
        if (_filter.MinPrice is { } least)
            Where("p.price >= @min", "min", least);
        if (_filter.MaxPrice is { } most)
            Where("p.price <= @max", "max", most);
        // Few are sold out: they are found first.
        if (_filter.InStock is { } inStock)
            sql.Append(inStock ? " AND s.available > 0" : " AND p.id IN (SELECT product_id FROM product_stock WHERE available = 0)");
        if (!string.IsNullOrEmpty(_filter.Ids) && _filter.TryGetIds(out var ids))
            Where("p.id = ANY(@ids)", "ids", ids);
        return sql.ToString();

        void Where(string condition, string parameter, object value)
        {
            sql.Append(" AND ").Append(condition);
            _command.Parameters.AddWithValue(parameter, value);
        }
    }

    private string After()
    {
        if (_paging.After<ProductCursor>() is not { } after)
            return "";
        if (!_sort.TryGetKey(after, out var key))
            throw new ProblemException(Problems.Of(
                StatusCodes.Status400BadRequest, "bad-cursor", "The cursor is not valid", "It belongs to a list in another order."));
        _command.Parameters.Add(new("id", NpgsqlDbType.Uuid) { Value = after.Id });
        if (key is not null)
            _command.Parameters.AddWithValue("key", key);
        return " AND " + _sort.After;
    }
}
