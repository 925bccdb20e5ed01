using System.Globalization;

namespace Shop.Tests.AppHost;

/// <summary>A process as Linux shows it.</summary>
internal sealed record RunningProcess(int Id, int Parent, string Name, string Command)
{
    /// <summary>All running processes, without zombies.</summary>
    public static IReadOnlyList<RunningProcess> All() =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture))).OfType<RunningProcess>()];

    /// <summary>Whether it runs this program: a server, or one of the services, which <c>dotnet</c> runs.</summary>
    public bool Runs(string program) => Name == program || Command.Contains($"/{program}.dll ", StringComparison.Ordinal);

    private static RunningProcess? Read(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : new(
                id, int.Parse(fields[1], CultureInfo.InvariantCulture), stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')],
                File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' '));
        }
        catch (IOException)
        {
            // It has exited.
            return null;
        }
    }
}
