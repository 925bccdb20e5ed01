using System.Globalization;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Hosting;

/// <summary>The processes behind a resource, as far as Linux tells, and signals to them.</summary>
public static partial class ProcessTree
{
    public const int Kill = 9;

    private const string ProcessId = "executable.pid";

    // What stands between the orchestrator and the program: a script of ours, or dotnet run.
    private static readonly string[] Launchers = ["sh", "dotnet"];

    /// <summary>The process that does a resource's work; null when the resource has none here, as a container.</summary>
    public static int? MainOf(CustomResourceSnapshot snapshot)
    {
        if (snapshot.Properties.FirstOrDefault(property => property.Name == ProcessId)?.Value is not { } value)
            return null;

        var process = Convert.ToInt32(value, CultureInfo.InvariantCulture);
        while (Launchers.Contains(NameOf(process)) && ChildrenOf(process) is [var child, ..])
            process = child;
        return process;
    }

    /// <summary>The processes that a process has started, in the order of their ids.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        !Directory.Exists("/proc") ? [] : [.. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var process) ? process : 0)
            .Where(process => process > 0 && ParentOf(process) == parent).Order()];

    /// <summary>Sends a signal. A process that is gone already is no error.</summary>
    public static void Send(int process, int signal) => _ = SendCore(process, signal);

    private static string? NameOf(int process) => Stat(process) is { } stat ? stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')] : null;

    // The fourth field, two behind the name, which stands in brackets and may hold anything.
    private static int? ParentOf(int process) =>
        Stat(process) is { } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : null;

    private static string? Stat(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat");
        }
        catch (IOException)
        {
            // It has ended meanwhile, so it is nobody's child any more.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendCore(int process, int signal);
}
