using System.Globalization;

namespace Shop.Bench;

/// <summary>Memory of Auth, Product and Payment together, after they have done some of all that the other benchmarks do.</summary>
internal static class MemoryBenchmark
{
    private const int Connections = SettleBenchmark.Connections;
    private static readonly string[] Services = ["auth", "product", "payment"];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        using var client = await shop.SignInAsync(Connections, cancellationToken);
        var idle = Sum(shop, ProcessFacts.Resident);
        await Load.CountAsync(4, settings.Count(40), shop.TokenAsync, cancellationToken);
        for (var burst = 0; burst < 3; burst++)
            await SettleBenchmark.BurstAsync(shop, client, settings.Count(5_000), cancellationToken);
        foreach (var path in (Func<string>[])
        [
            () => "/products?limit=20",
            () => $"/products/{shop.Products[Random.Shared.Next(shop.Products.Length)]}",
            () => "/orders?limit=20",
        ])
        {
            await Load.RunAsync(Connections, settings.Time(10), cancel => client.GetAsync(path(), cancel), cancellationToken);
        }
        await SettleBenchmark.BurstAsync(shop, client, settings.Count(5_000), cancellationToken);

        var each = Services.Select(service => string.Create(CultureInfo.InvariantCulture,
            $"{service} {shop.Processes.Of(service).Sum(ProcessFacts.Resident):0}"));
        var resident = Sum(shop, ProcessFacts.Resident);
        return
        [
            new("memory", resident, null, "MB resident", "400 MB in all", resident <= 400)
            {
                Note = string.Create(CultureInfo.InvariantCulture,
                    $"{string.Join(", ", each)}; {Sum(shop, ProcessFacts.Proportional):0} MB proportional; {idle:0} MB resident before the load."),
            },
        ];
    }

    private static double Sum(ShopUnderLoad shop, Func<int, double> memory) => Services.SelectMany(shop.Processes.Of).Sum(memory);
}
