using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;

namespace Shop.Web.Catalog;

/// <summary>
/// Keeps the pages of the catalog for visitors who come without a cookie: nobody is signed in, nothing is in a cart, no language was chosen, so that the page is
/// the same for all who read one language. It is at most a second old, as what Product answers a visitor is; whoever has a cookie gets a page of their own.
/// </summary>
internal sealed class PageCache : IOutputCachePolicy
{
    /// <summary>Its name on a page.</summary>
    public const string Name = "pages";

    /// <summary>Bytes of all kept pages.</summary>
    public const long SizeLimit = 16 << 20;

    /// <summary>Bytes of the longest page that is kept.</summary>
    public const long MaximumBodySize = 256 << 10;

    private const int MaxQueryLength = 256;

    // Together a second. What takes longer to make is not kept: it would be too old at the end.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan LongestMaking = TimeSpan.FromSeconds(0.2);

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        var request = context.HttpContext.Request;
        var isForEverybody = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.Headers.Cookie.Count == 0 && request.Headers.Authorization.Count == 0 && request.Headers.CacheControl.Count == 0
            && request.QueryString.Value is null or { Length: <= MaxQueryLength };
        // No locking: when one caller leaves or gets stuck, the framework fails or holds up those who wait for the same page.
        (context.EnableOutputCaching, context.AllowCacheLookup, context.AllowCacheStorage, context.AllowLocking) = (isForEverybody, isForEverybody, isForEverybody, false);
        context.ResponseExpirationTimeSpan = Lifetime;
        // The page names its own address, with its host.
        context.CacheVaryByRules.VaryByHost = true;
        context.CacheVaryByRules.VaryByValues["scheme"] = request.Scheme;
        context.CacheVaryByRules.VaryByValues["language"] = CultureInfo.CurrentUICulture.Name;
        context.CacheVaryByRules.VaryByValues["query"] = request.QueryString.Value ?? "";
        context.HttpContext.Items[this] = Stopwatch.GetTimestamp();
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellationToken)
    {
        var response = context.HttpContext.Response;
        if (response.StatusCode != StatusCodes.Status200OK || response.Headers.SetCookie.Count > 0
            || Stopwatch.GetElapsedTime((long)context.HttpContext.Items[this]!) > LongestMaking)
            context.AllowCacheStorage = false;
        return ValueTask.CompletedTask;
    }
}
