using System.Diagnostics;
using System.Globalization;

namespace Shop.Bench;

/// <summary>What the processes took of the processors meanwhile.</summary>
/// <param name="Elapsed">How long it was measured, in seconds.</param>
/// <param name="Seconds">Seconds of one core, by resource; <c>bench</c> is this process: load, limit and AppHost together.</param>
internal sealed record CpuUse(double Elapsed, IReadOnlyDictionary<string, double> Seconds)
{
    private static readonly string[] Columns = ["bench", "product", "payment", "auth", "web", "postgres", "messaging"];

    public static string Header { get; } =
        $"| seconds of a core | elapsed | {string.Join(" | ", Columns)} |\n|---|---:|{string.Concat(Columns.Select(_ => "---:|"))}";

    public string ToMarkdown(string name)
    {
        var seconds = Columns.Select(column => Seconds.GetValueOrDefault(column).ToString("0.0", CultureInfo.InvariantCulture));
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {Elapsed:0.0} | {string.Join(" | ", seconds)} |");
    }
}

/// <summary>Adds up what is used during some stretches of time.</summary>
/// <param name="read">Seconds used so far, by process.</param>
internal sealed class CpuMeter(Func<Dictionary<string, double>> read)
{
    private readonly Dictionary<string, double> _used = [];
    private TimeSpan _elapsed;

    public CpuUse Use => new(_elapsed.TotalSeconds, _used);

    public async Task<T> DuringAsync<T>(Func<Task<T>> work)
    {
        var (before, clock) = (read(), Stopwatch.StartNew());
        var result = await work();
        _elapsed += clock.Elapsed;
        foreach (var (name, seconds) in read())
            _used[name] = _used.GetValueOrDefault(name) + seconds - before.GetValueOrDefault(name);
        return result;
    }
}
