using System.Globalization;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Hosting;

/// <summary>Finds the processes of a resource, on Linux, and sends signals.</summary>
public static partial class ProcessTree
{
    public const int Kill = 9;

    private const string ProcessId = "executable.pid";

    // The processes between the orchestrator and the program: our scripts, dotnet run.
    private static readonly string[] Launchers = ["sh", "dotnet"];

    /// <summary>The process of a resource; null if it has none here, as a container.</summary>
    public static int? MainOf(CustomResourceSnapshot snapshot)
    {
        if (snapshot.Properties.FirstOrDefault(property => property.Name == ProcessId)?.Value is not { } value)
            return null;

        var process = Convert.ToInt32(value, CultureInfo.InvariantCulture);
        while (Launchers.Contains(NameOf(process)) && ChildrenOf(process) is [var child, ..])
            process = child;
        return process;
    }

    /// <summary>The child processes, ordered by id.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        !Directory.Exists("/proc") ? [] : [.. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var process) ? process : 0)
            .Where(process => process > 0 && ParentOf(process) == parent).Order()];

    /// <summary>Sends a signal. It is no error if the process has exited.</summary>
    public static void Send(int process, int signal) => _ = SendCore(process, signal);

    private static string? NameOf(int process) => Stat(process) is { } stat ? stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')] : null;

    // The fourth field. The second one, the name, is in brackets and may contain spaces.
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
            // It has exited.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendCore(int process, int signal);
}
