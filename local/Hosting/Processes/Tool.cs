namespace Aspire.Hosting.Processes;

/// <summary>What a tool said and how it ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">The lines of its standard output.</param>
/// <param name="Errors">The lines of its standard error.</param>
internal sealed record ToolResult(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The last line that says why it failed.</summary>
    public string Reason => Errors.LastOrDefault(line => line.StartsWith("E: ", StringComparison.Ordinal))?[3..]
        ?? Errors.LastOrDefault(line => line.Length > 0) ?? $"exit code {ExitCode}";
}

/// <summary>Runs short-lived programs to their end.</summary>
internal static class Tool
{
    /// <summary>Runs a program and collects its output. When cancelled, the program is killed.</summary>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static async Task<ToolResult> RunAsync(ProcessSpec spec, CancellationToken ct)
    {
        List<string> output = [], errors = [];
        await using var process = ChildProcess.Start(spec, (line, isError) => (isError ? errors : output).Add(line));
        var exitCode = await process.Completion.WaitAsync(ct);
        return new(exitCode, output, errors);
    }

    /// <summary>Runs a program in this process's environment, with messages in English.</summary>
    /// <inheritdoc cref="RunAsync(ProcessSpec, CancellationToken)"/>
    public static Task<ToolResult> RunAsync(
        string fileName, IReadOnlyList<string> arguments, string workingDirectory, CancellationToken ct) =>
        RunAsync(new ProcessSpec(fileName, arguments, workingDirectory, English), ct);

    private static readonly Dictionary<string, string> English = new() { ["LC_ALL"] = "C.UTF-8" };
}
