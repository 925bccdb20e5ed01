using Shop.Bench;

// dotnet run -c Release --project Shop.Bench -- <name> [<name> ...] [--json <file>] [--quick] [--rows <backlog of relay>]
var benchmarks = new Dictionary<string, Func<Settings, CancellationToken, Task<IReadOnlyList<Figure>>>>
{
    ["place-order"] = PlaceOrderBenchmark.RunAsync,
    ["hot-product"] = HotProductBenchmark.RunAsync,
    ["settle"] = SettleBenchmark.RunAsync,
    ["latency"] = LatencyBenchmark.RunAsync,
    ["relay"] = RelayBenchmark.RunAsync,
    ["growth"] = GrowthBenchmark.RunAsync,
    ["backoffice"] = BackOfficeBenchmark.RunAsync,
    ["catalog"] = CatalogBenchmark.RunAsync,
    ["page"] = PageBenchmark.RunAsync,
    ["memory"] = MemoryBenchmark.RunAsync,
    ["login"] = LoginBenchmark.RunAsync,
    ["token-check"] = TokenCheckBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
};

if (args is [BareServer.Verb])
    return await BareServer.RunAsync();
if (args is [TokenCheckBenchmark.Verb])
    return await TokenCheckBenchmark.ServeAsync();
if (CommandLine.Parse(args, benchmarks.Keys) is not { } command)
{
    Console.Error.WriteLine($"""
        Name what to measure: {string.Join(", ", benchmarks.Keys)}, or all
          --json <file>   write all figures there, too
          --quick         a tenth of the time: to see that it runs
          --rows <n>      the backlog that relay drains, instead of 1000000
        """);
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

var (startedAt, load) = (DateTimeOffset.UtcNow, Report.CurrentLoad);
var figures = new List<Figure>();
foreach (var name in command.Names)
{
    Console.Error.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss} {name}");
    foreach (var figure in await benchmarks[name](command.Settings, interrupted.Token))
    {
        figures.Add(figure);
        Console.Error.WriteLine(figure.ToMarkdown());
        // After each, so that a long run that breaks off leaves what it has.
        if (command.JsonFile is { } file)
            await File.WriteAllTextAsync(file, Report.Of(startedAt, load, command.Settings.Quick, figures).ToJson());
    }
}

Console.WriteLine();
Console.WriteLine(Report.Of(startedAt, load, command.Settings.Quick, figures).ToMarkdown());
return 0;
