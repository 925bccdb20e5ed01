using System.Globalization;

namespace Shop.Bench;

/// <summary>What staff does all day, with 1,000 and with 1,000,000 orders and products, in two stores that take turns. Times are those of the server, without the page around it.</summary>
internal static class BackOfficeBenchmark
{
    // As many people as press a button in the same moment.
    private const int Connections = 4;
    private const double Alike = 1.3;
    private const double LongestP95 = 100;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var (small, large) = (1_000, settings.Count(1_000_000));
        await using var young = await GrownStore.OpenAsync(small, cancellationToken);
        await using var old = await GrownStore.OpenAsync(large, cancellationToken);
        var figures = new List<Figure>();
        foreach (var store in (GrownStore[])[young, old])
        {
            await store.SignInAsync(Connections, cancellationToken);
            await store.CountedAsync(cancellationToken);
        }
        foreach (var (name, act) in ((string, Func<GrownStore, CancellationToken, Task>)[])
        [
            ("lists of orders", (store, cancel) => store.OfficeListAsync(cancel)),
            ("search of products", (store, cancel) => store.OfficeSearchAsync(cancel)),
            ("today", (store, cancel) => store.TodayAsync(cancel)),
        ])
        {
            var cpu = old.Shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => act(old, cancel), cancel => act(young, cancel), cpu, cancellationToken);
            var p95 = result.Milliseconds.Percentile(0.95);
            figures.Add(new(string.Create(CultureInfo.InvariantCulture, $"backoffice, {name}: {large:n0} beside {small:n0}"),
                result.Ours, result.Limit, "requests/s", "within 1.3 of the small one, p95 100 ms", result.Ours * Alike >= result.Limit && p95 <= LongestP95)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
                Note = string.Create(CultureInfo.InvariantCulture, $"p95 {p95:0.0} ms"),
            });
        }
        return figures;
    }
}
