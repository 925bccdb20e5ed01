using System.Globalization;

namespace Shop.Bench;

/// <summary>A measured figure beside the limit measured in the same run, since on a noisy machine only their ratio means something.</summary>
/// <param name="Name">What was run, e.g. <c>place-order</c>.</param>
/// <param name="Ours">What the store reached, in <paramref name="Unit"/>.</param>
/// <param name="Limit">What the parts below it reach on the same machine in the same minutes, in <paramref name="Unit"/>; null when the goal is absolute.</param>
/// <param name="Unit">Unit of both.</param>
/// <param name="Goal">What the figure has to be, in words.</param>
/// <param name="Met">Whether it is.</param>
internal sealed record Figure(string Name, double Ours, double? Limit, string Unit, string Goal, bool Met)
{
    public const string Header = """
        | name | ours | limit | ratio | unit | p50 ms | p99 ms | goal | met |
        |---|---:|---:|---:|---|---:|---:|---|---|
        """;

    /// <summary>Ours over the limit.</summary>
    public double? Ratio => Ours / Limit;

    /// <summary>Half of all took no longer, in ms; null where single ones were not timed.</summary>
    public double? P50 { get; init; }

    /// <summary>99 of 100 took no longer, in ms; null where single ones were not timed.</summary>
    public double? P99 { get; init; }

    /// <summary>What each took of the processors while ours was measured; null where nobody looked.</summary>
    public CpuUse? Cpu { get; init; }

    /// <summary>What else was seen, and what was checked; null when there is nothing to say.</summary>
    public string? Note { get; init; }

    public string ToMarkdown() =>
        $"| {Name} | {Text(Ours, "0.#")} | {Text(Limit, "0.#")} | {Text(Ratio, "0.00")} | {Unit} | {Text(P50, "0.0")} | {Text(P99, "0.0")} | {Goal} | {(Met ? "yes" : "**no**")} |";

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
