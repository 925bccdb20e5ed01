using System.Globalization;

namespace Shop.Bench;

/// <summary>A measured figure beside the limit measured in the same run, since on a noisy machine only their ratio means something.</summary>
/// <param name="Name">What was run, e.g. <c>place-order</c>.</param>
/// <param name="Ours">What the store reached, in <paramref name="Unit"/>.</param>
/// <param name="Limit">What the parts below it reach on the same machine in the same minute, in <paramref name="Unit"/>; null when the goal is absolute.</param>
/// <param name="Unit">Unit of both.</param>
/// <param name="Goal">What the figure has to be, in words.</param>
public sealed record Figure(string Name, double Ours, double? Limit, string Unit, string Goal)
{
    public const string Header = """
        | name | ours | limit | ratio | unit | goal |
        |---|---:|---:|---:|---|---|
        """;

    public string ToMarkdown() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Ours:0.#} | {(Limit is { } limit ? limit.ToString("0.#", CultureInfo.InvariantCulture) : "")} | {(Limit is { } divisor ? (Ours / divisor).ToString("0.00", CultureInfo.InvariantCulture) : "")} | {Unit} | {Goal} |");
}
