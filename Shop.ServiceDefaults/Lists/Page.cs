namespace Shop.ServiceDefaults.Lists;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items, at most as many as were asked for.</param>
/// <param name="Next">What to send as <c>after</c> for the page that follows; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Makes pages.</summary>
public static class Page
{
    /// <summary>
    /// Makes a page of rows read with <c>limit <see cref="Paging.Fetch"/></c>: one row more than asked for tells that there is a next page.
    /// </summary>
    /// <param name="rows">The rows in list order.</param>
    /// <param name="paging">What was asked for.</param>
    /// <param name="keys">The sort keys of a row, the unique one last; what <see cref="Paging.After{TKeys}"/> reads back.</param>
    public static Page<T> Of<T, TKeys>(IReadOnlyList<T> rows, Paging paging, Func<T, TKeys> keys) where TKeys : notnull =>
        rows.Count <= paging.Limit
            ? new(rows, null)
            : new([.. rows.Take(paging.Limit)], Cursor.Encode(keys(rows[paging.Limit - 1])));
}
