using System.Globalization;

namespace Shop.AppHost;

/// <summary>Finds the process that listens on a port, on Linux.</summary>
internal static class PortOwner
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    private const string Listening = "0A";
    private const int LongestCommand = 80;

    /// <summary>The process, as in <c>process 4711 (dotnet run)</c>; "another process" when it cannot be found.</summary>
    public static string Describe(int port)
    {
        var inodes = Tables.Where(File.Exists).SelectMany(f => ListenersIn(f, port)).ToHashSet();
        return inodes.Count > 0 && ProcessWith(inodes) is { } process ? process : "another process";
    }

    private static IEnumerable<string> ListenersIn(string table, int port) =>
        from line in File.ReadLines(table).Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields.Length > 9 && fields[3] == Listening
            && int.Parse(fields[1][(fields[1].LastIndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port
        select $"socket:[{fields[9]}]";

    private static string? ProcessWith(HashSet<string> sockets)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                if (!Directory.EnumerateFiles(Path.Combine(directory, "fd")).Any(f => File.ResolveLinkTarget(f, false) is { } to && sockets.Contains(to.Name)))
                    continue;

                var command = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim();
                var shown = command.Length > LongestCommand ? $"{command[..LongestCommand]}..." : command;
                return $"process {Path.GetFileName(directory)} ({shown})";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has exited, or belongs to another user.
                continue;
            }
        }

        return null;
    }
}
