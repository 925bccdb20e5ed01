using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Shop.Admin.Services;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.Site.Services;

namespace Shop.Admin.Today;

/// <summary><c>/today/events</c>: tells the page of today that its figures have changed, at most every two seconds. The page then asks for itself.</summary>
internal static class TodayEvents
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // Before the access token ends; browsers come again by themselves, with a new one.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    // Proxies close what is silent for longer.
    private const int SilentTurns = 5;

    public static void MapTodayEvents(this IEndpointRouteBuilder app) => app.MapGet("/today/events", (HttpContext http, ProductApi product, IHostApplicationLifetime lifetime) =>
            TypedResults.ServerSentEvents(WatchAsync(product, lifetime, http.RequestAborted)))
        .RequireAuthorization().WithMetadata(new NeedsAttribute(Permissions.OrdersRead)).DisableRequestTimeout().ExcludeFromDescription();

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync(ProductApi product, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        ending.CancelAfter(Longest);
        var (seen, silent) = ("", 0);
        while (!ending.IsCancellationRequested)
        {
            if (await FiguresAsync(product) is not { } now)
                yield break;
            if (now != seen && seen.Length > 0)
            {
                silent = 0;
                yield return new("changed");
            }
            else if (++silent == SilentTurns)
            {
                silent = 0;
                yield return new("", "still-here");
            }
            seen = now;
            await Task.Delay(Interval, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the page shows, as one text; the same while Product is away; null when the session has ended.</summary>
    private static async Task<string?> FiguresAsync(ProductApi product)
    {
        try
        {
            var stats = await product.GetAsync<OrderStats>("/stats/orders?by=hour");
            return $"{stats.To} {stats.Total.Count} {stats.Total.Outcomes} {stats.Total.Shipped} {string.Join(' ', stats.Total.Revenue)}";
        }
        catch (UnavailableException)
        {
            return "away";
        }
        catch (SignedOutException)
        {
            return null;
        }
    }
}
