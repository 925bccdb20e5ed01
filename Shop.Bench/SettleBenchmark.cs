using System.Diagnostics;

namespace Shop.Bench;

/// <summary>A burst of 5,000 orders over 32 connections: orders per second from the first POST until the last one is paid.</summary>
internal static class SettleBenchmark
{
    private const int Burst = 5_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        await Load.CountAsync(32, Burst, (_, ct) => shop.PlaceAsync(ct), cancellationToken);
        await shop.SettledAsync(cancellationToken);

        var clock = Stopwatch.StartNew();
        await Load.CountAsync(32, Burst, (_, ct) => shop.PlaceAsync(ct), cancellationToken);
        await shop.SettledAsync(cancellationToken);
        return [new Figure("settle", Burst / clock.Elapsed.TotalSeconds, null, "orders/s", "300/s")];
    }
}
