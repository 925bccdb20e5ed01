using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>Lists products: searched, filtered, in one of five orders, page by page.</summary>
internal static class ListProducts
{
    public static async Task<Results<Ok<ProductPage>, ChallengeHttpResult, ForbidHttpResult>> HandleAsync(
        [AsParameters] ProductFilter filter, Paging paging, HttpContext http, LiveAccess access, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var staff = await access.PermitsAsync(http, Permissions.CatalogWrite);
        if (filter.Archived is not null && !staff)
            return http.User.Identity?.IsAuthenticated is true ? TypedResults.Forbid() : TypedResults.Challenge();
        // Whoever asks for products by their ids wants all of them.
        if (!string.IsNullOrEmpty(filter.Ids))
            paging = paging.OrElse(ProductFilter.MaxIds);
        return TypedResults.Ok(await ProductListQuery.ReadAsync(database, filter, paging, staff, cancellationToken));
    }
}

/// <summary>What a list of products is narrowed down to and ordered by; null: not.</summary>
/// <param name="Category">The slug of a category.</param>
/// <param name="Q">Words of name or description; the last may be the beginning of one.</param>
/// <param name="Sort">
/// <c>name</c>, <c>price</c>, <c>-price</c>, <c>newest</c> or, with a search, <c>relevance</c>. The default is relevance with a search, the order asked
/// for with ids, else newest.
/// </param>
/// <param name="MinPrice">The lowest price, included.</param>
/// <param name="MaxPrice">The highest price, included.</param>
/// <param name="InStock">true: only what is there; false: only what is sold out.</param>
/// <param name="Ids">Only these products, up to 100, separated by commas.</param>
/// <param name="Archived">true: only what is no longer for sale; false or null: only what is. For who may change the catalog.</param>
public sealed record ProductFilter(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "inStock")] bool? InStock,
    [FromQuery(Name = "ids")] string? Ids = null,
    [FromQuery(Name = "archived")] bool? Archived = null) : IValidatableObject
{
    /// <summary>What is searched for, normalised; null: nothing in particular.</summary>
    internal string? Search => string.IsNullOrWhiteSpace(Q) ? null : PlainText.Normalize(Q);

    /// <summary>The order in force; null when the one that was asked for does not exist.</summary>
    internal ProductSort? Order => ProductSort.Parse(Sort, Search is not null, !string.IsNullOrEmpty(Ids));

    /// <summary>Reads <see cref="Ids"/>, each once; false when there is something else in it, or too many.</summary>
    internal bool TryGetIds(out Guid[] ids)
    {
        var found = new List<Guid>();
        ids = [];
        foreach (var text in Ids?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!Guid.TryParseExact(text, "D", out var id) || found.Count > MaxIds)
                return false;
            found.Add(id);
        }
        ids = [.. found.Distinct()];
        return found.Count <= MaxIds;
    }

    internal const int MaxIds = 100;

    /// <summary>The parameters of a list in the form that all requests for it share; null for a list that is for staff.</summary>
    internal static string? NormalForm(IQueryCollection query)
    {
        var (search, ids) = (query["q"].ToString(), query["ids"].ToString());
        var defaultLimit = (ids.Length > 0 ? MaxIds : Paging.DefaultLimit).ToString(CultureInfo.InvariantCulture);
        var defaultSort = ids.Length > 0 ? null : search.Length > 0 ? ProductSort.Relevance.Name : ProductSort.Newest.Name;
        return query.ContainsKey("archived") ? null : CatalogCache.Query(
            [.. ((string[])["category", "q", "minPrice", "maxPrice", "inStock", "ids", "after"]).Select(name => (name, (string?)query[name])),
            ("sort", Other("sort", defaultSort)), ("limit", Other("limit", defaultLimit))]);

        string? Other(string name, string? usual) => query[name].ToString() is var value && value == usual ? null : value;
    }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Q is not null && !PlainText.IsStorable(Q))
            yield return new("Must not hold control characters.", ["q"]);
        if (Category is not null && !PlainText.IsStorable(Category))
            yield return new("Must not hold control characters.", ["category"]);
        if (Order is null)
            yield return new("Must be name, price, -price, newest or, with q, relevance.", ["sort"]);
        if (!TryGetIds(out _))
            yield return new($"Must be at most {MaxIds} ids, separated by commas.", ["ids"]);
        if (MinPrice < 0)
            yield return new("Must not be negative.", ["minPrice"]);
        if (MaxPrice < 0)
            yield return new("Must not be negative.", ["maxPrice"]);
        if (MinPrice > MaxPrice)
            yield return new("Must not be above maxPrice.", ["minPrice"]);
        if (Q?.Length > 200)
            yield return new("Must have at most 200 characters.", ["q"]);
    }
}

/// <summary>A product in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">For one.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="ImageUrl">Where its picture is, relative to this service; null when it has none. Changes with the picture.</param>
/// <param name="InStock">Whether there is one.</param>
/// <param name="Stock">How many there are; left out for who may not change the catalog.</param>
public sealed record ProductSummary(
    Guid Id, string Slug, string Name, Money Price, string Category, string? ImageUrl, bool InStock,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Stock = null);

/// <summary>A page of products.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">What to send as <c>after</c> for the page that follows; null on the last page.</param>
/// <param name="Total">How many products the list has on all its pages; null: more than 1,000.</param>
public sealed record ProductPage(IReadOnlyList<ProductSummary> Items, string? Next, int? Total);
