using System.Globalization;

namespace Shop.Bench;

/// <summary>What Linux tells about a process in <c>/proc</c>; nothing, and so zero, elsewhere and of one that has gone.</summary>
internal static class ProcessFacts
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of a core that the process has used, without those it started.</summary>
    public static double OwnCpu(int pid) => Stat(pid) is { } stat ? (stat.User + stat.System) / TicksPerSecond : 0;

    /// <summary>The same with all processes that it started: PostgreSQL is one for each connection.</summary>
    public static double CpuWithChildren(IReadOnlyCollection<int> pids)
    {
        var all = AllStats();
        var family = new HashSet<int>(pids);
        for (var known = 0; known < family.Count;)
        {
            known = family.Count;
            family.UnionWith(all.Where(process => family.Contains(process.Value.Parent)).Select(process => process.Key).ToArray());
        }
        // Those that have ended are in their parent's account.
        return all.Where(process => family.Contains(process.Key))
            .Sum(process => process.Value.User + process.Value.System + process.Value.EndedChildren) / TicksPerSecond;
    }

    /// <summary>Resident memory, in MB of 1,000,000 bytes; pages shared with others count in full.</summary>
    public static double Resident(int pid) => Megabytes($"/proc/{pid}/status", "VmRSS:");

    /// <summary>Proportional memory, in MB: of pages that n processes share, an n-th.</summary>
    public static double Proportional(int pid) => Megabytes($"/proc/{pid}/smaps_rollup", "Pss:");

    /// <summary>The program and its arguments; empty when it cannot be read.</summary>
    public static string CommandLine(int pid) => ReadOrEmpty($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();

    private static double Megabytes(string file, string field)
    {
        var line = ReadOrEmpty(file).Split('\n').FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private static Dictionary<int, ProcessStat> AllStats()
    {
        var all = new Dictionary<int, ProcessStat>();
        if (!Directory.Exists("/proc/self"))
            return all;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) && Stat(pid) is { } stat)
                all[pid] = stat;
        }
        return all;
    }

    private static ProcessStat? Stat(int pid)
    {
        var text = ReadOrEmpty($"/proc/{pid}/stat");
        if (text.Length == 0)
            return null;
        // The name comes second, in parentheses, and may hold anything; the fields after it are as proc(5) counts them, from 3.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        return new((int)Field(4), Field(14), Field(15), Field(16) + Field(17));
    }

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or belongs to somebody else.
            return "";
        }
    }

    private readonly record struct ProcessStat(int Parent, long User, long System, long EndedChildren);
}
