using System.Diagnostics;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.OutputCaching;

namespace Shop.Product.Catalog;

/// <summary>
/// Keeps the answer of an endpoint that is the same for everybody. Whoever sends a token gets an answer of their own, so nobody reads something older than
/// what they have written. <see cref="CatalogChanges"/> evicts what the database says has changed; for everything else an answer is at most a second old.
/// </summary>
/// <param name="normalForm">Writes the parameters that make a difference in one way (<see cref="Query"/>); null for a request whose answer is not kept.</param>
internal sealed class CatalogCache(Func<IQueryCollection, string?> normalForm) : IOutputCachePolicy
{
    /// <summary>The tag of every answer.</summary>
    public const string Everything = "catalog";

    /// <summary>The tag of answers about several products.</summary>
    public const string Lists = "catalog-lists";

    /// <summary>Bytes of all kept answers. Keys and bookkeeping come on top, up to ten times as much when all answers are tiny.</summary>
    public const long SizeLimit = 16 << 20;

    /// <summary>Bytes of the longest answer that is kept: longer than 100 products are, shorter than most photos.</summary>
    public const long MaximumBodySize = 64 << 10;

    private const int MaxKeyLength = 512;

    // Together a second. What takes longer to make and send is not kept: it would be too old at the end.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(0.9);
    private static readonly TimeSpan LongestMaking = TimeSpan.FromSeconds(0.1);

    /// <summary>The tag of answers about one product alone.</summary>
    public static string TagOf(string product) => "product-" + product;

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        var request = context.HttpContext.Request;
        var product = request.RouteValues.TryGetValue("id", out var id) ? (string)id! : null;
        if (!IsForEverybody(request.Headers) || (product is not null && !IsNormal(product))
            || normalForm(request.Query) is not { Length: <= MaxKeyLength } query)
            return ValueTask.CompletedTask;

        // No locking: when one caller leaves or gets stuck, the framework fails or holds up those who wait for the same answer.
        (context.EnableOutputCaching, context.AllowCacheLookup, context.AllowCacheStorage, context.AllowLocking) = (true, true, true, false);
        context.ResponseExpirationTimeSpan = Lifetime;
        context.CacheVaryByRules.VaryByHost = false;
        context.CacheVaryByRules.VaryByValues["query"] = query;
        context.Tags.Add(Everything);
        context.Tags.Add(product is null ? Lists : TagOf(product.ToLowerInvariant()));
        context.HttpContext.Items[this] = Stopwatch.GetTimestamp();
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        var began = (long)context.HttpContext.Items[this]!;
        if (context.HttpContext.Response.StatusCode != StatusCodes.Status200OK || Stopwatch.GetElapsedTime(began) > LongestMaking)
            context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes parameters as a query string, without those that have no value.</summary>
    public static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in parameters)
            if (!string.IsNullOrEmpty(value))
                query.Add(name, value);
        return query.ToString();
    }

    // The cache answers If-None-Match as we do; of the other conditions it knows less. A client's Cache-Control asks for a fresh answer, or for a 504.
    private static bool IsForEverybody(IHeaderDictionary headers) =>
        headers.Authorization.Count == 0 && headers.CacheControl.Count == 0 && headers.IfMatch.Count == 0
        && headers.IfModifiedSince.Count == 0 && headers.IfUnmodifiedSince.Count == 0;

    // Routing takes a GUID in other forms, too, with any number of blanks around it.
    private static bool IsNormal(string id) => Guid.TryParseExact(id, "D", out var product) && product.ToString().Equals(id, StringComparison.OrdinalIgnoreCase);
}
