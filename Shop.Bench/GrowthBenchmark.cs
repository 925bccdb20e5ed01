using System.Globalization;

namespace Shop.Bench;

/// <summary>
/// What a store does all day, with 1,000 and with 1,000,000 orders and products. Two stores run side by side and take turns, as the machine
/// does not stay the same for as long as one takes to grow.
/// </summary>
internal static class GrowthBenchmark
{
    private const int Connections = 16;
    private const double Alike = 1.3;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var (small, large) = (1_000, settings.Count(1_000_000));
        await using var young = await GrownStore.OpenAsync(small, cancellationToken);
        await using var old = await GrownStore.OpenAsync(large, cancellationToken);
        await young.SignInAsync(Connections, cancellationToken);
        await old.SignInAsync(Connections, cancellationToken);

        var figures = new List<Figure>();
        // Placing comes last: it makes the small store larger.
        foreach (var (name, unit, act) in ((string, string, Func<GrownStore, CancellationToken, Task>)[])
        [
            ("product page", "requests/s", (store, cancel) => store.ProductAsync(cancel)),
            ("product list", "requests/s", (store, cancel) => store.ProductListAsync(cancel)),
            ("order history", "requests/s", (store, cancel) => store.HistoryAsync(cancel)),
            ("place-order", "orders/s", (store, cancel) => store.PlaceAsync(cancel)),
        ])
        {
            var cpu = old.Shop.Processes.Meter();
            var result = await Load.CompareAsync(
                settings, Connections, cancel => act(old, cancel), cancel => act(young, cancel), cpu, cancellationToken);
            figures.Add(new(string.Create(CultureInfo.InvariantCulture, $"growth, {name}: {large:n0} beside {small:n0}"),
                result.Ours, result.Limit, unit, "within 1.3 of the small one", result.Ours * Alike >= result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
                Cpu = cpu.Use,
            });
        }
        return figures;
    }
}
