using System.Globalization;
using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Lists;

/// <summary>
/// The query parameters <c>limit</c> and <c>after</c> of a list. Take it as a handler's parameter; a bad limit is answered with 400
/// before the handler runs.
/// </summary>
public sealed record Paging
{
    /// <summary>The limit where the client names none.</summary>
    public const int DefaultLimit = 20;

    /// <summary>The largest limit.</summary>
    public const int MaxLimit = 100;

    private readonly bool _isLimitGiven;
    private readonly string? _after;

    /// <summary>Checks a limit and keeps the cursor for <see cref="After{TKeys}"/>.</summary>
    /// <param name="limit">Items wanted; null means <see cref="DefaultLimit"/>.</param>
    /// <param name="after">A cursor; null means from the start.</param>
    /// <exception cref="ProblemException">400: the limit is out of range.</exception>
    public Paging(int? limit = null, string? after = null)
    {
        if (limit is < 1 or > MaxLimit)
            throw BadLimit();
        _isLimitGiven = limit is not null;
        Limit = limit ?? DefaultLimit;
        _after = string.IsNullOrEmpty(after) ? null : after;
    }

    /// <summary>How many items the client wants, 1..100.</summary>
    public int Limit { get; private init; }

    /// <summary>The same page, of another size if the client names none.</summary>
    /// <param name="limit">Items wanted then, 1..100.</param>
    public Paging OrElse(int limit) => _isLimitGiven ? this : this with { Limit = limit };

    /// <summary>How many rows to read: one more than wanted, to know whether there is a next page.</summary>
    public int Fetch => Limit + 1;

    /// <summary>The sort keys that the page starts after; null for the first page.</summary>
    /// <typeparam name="TKeys">The record that <see cref="Page.Of"/> took the keys as.</typeparam>
    /// <exception cref="ProblemException">400: the cursor is not one that this list gave out.</exception>
    public TKeys? After<TKeys>() where TKeys : class =>
        _after is null ? null
        : Cursor.TryDecode<TKeys>(_after, out var keys) ? keys
        : throw new ProblemException(Problems.Of(StatusCodes.Status400BadRequest, "bad-cursor", "The cursor is not valid",
            "Send the value of 'next' of the page before, with the same filters and sort order, or leave 'after' out."));

    /// <summary>Binds from the query string.</summary>
    public static ValueTask<Paging> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        int? limit = null;
        if (query["limit"].ToString() is { Length: > 0 } text)
            limit = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw BadLimit();
        return ValueTask.FromResult(new Paging(limit, query["after"]));
    }

    private static ProblemException BadLimit() => new(Problems.Validation(new Dictionary<string, string[]>
    {
        ["limit"] = [$"Must be a whole number from 1 to {MaxLimit}."],
    }));
}
