using Shop.Bench;

// dotnet run -c Release --project Shop.Bench -- <name> [<name> ...]
var benchmarks = new Dictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>
{
    ["place-order"] = PlaceOrderBenchmark.RunAsync,
    ["settle"] = SettleBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
};

if (args.Length == 0 || args.Except(benchmarks.Keys).Any())
{
    Console.Error.WriteLine($"Name what to measure: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

var figures = new List<Figure>();
foreach (var name in args)
{
    figures.AddRange(await benchmarks[name](interrupted.Token));
}

Console.WriteLine();
Console.WriteLine(Figure.Header);
foreach (var figure in figures)
{
    Console.WriteLine(figure.ToMarkdown());
}

return 0;
