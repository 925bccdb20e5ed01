using System.Globalization;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>Where PostgreSQL's programs are, and what they need to run.</summary>
/// <param name="Directory">The directory of <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Libraries">The value for LD_LIBRARY_PATH; empty for PostgreSQL of the system.</param>
internal sealed record PostgresBinaries(string Directory, string Libraries)
{
    /// <summary>Looks on PATH and in the usual places, then in the cache, and fetches the distribution's packages last.</summary>
    /// <exception cref="ServerUnavailableException">It is not there and cannot be fetched.</exception>
    public static async Task<PostgresBinaries> LocateAsync(Action<string, bool> log, CancellationToken ct) =>
        FindInstalled() ?? await FetchAsync(log, ct);

    /// <summary>The system's own PostgreSQL, the newest where there are several; null when there is none.</summary>
    public static PostgresBinaries? FindInstalled() =>
        Candidates().FirstOrDefault(IsComplete) is { } directory ? new(directory, "") : null;

    /// <summary>PostgreSQL from the distribution's packages, unpacked into the cache.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be fetched.</exception>
    public static async Task<PostgresBinaries> FetchAsync(Action<string, bool> log, CancellationToken ct)
    {
        var root = await PackageCache.GetAsync(Package, log, ct);
        var directory = VersionsUnder($"{root}/usr/lib/postgresql", "bin").First(IsComplete);
        return new(directory, PackageCache.LibraryPath(root));
    }

    /// <summary>One of PostgreSQL's programs, run as the unprivileged user with nothing of this process's environment.</summary>
    public ProcessSpec Spec(string program, IReadOnlyList<string> arguments, string workingDirectory)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Directory}:/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = workingDirectory,
        };
        if (Libraries.Length > 0)
            environment["LD_LIBRARY_PATH"] = Libraries;
        return new(Path.Combine(Directory, program), arguments, workingDirectory, environment)
        {
            DropRoot = true,
            InheritEnvironment = false,
        };
    }

    private static readonly ServerPackage Package = new(
        "PostgreSQL", "postgresql", name => name.StartsWith("postgresql-", StringComparison.Ordinal) && !name.Contains("common"),
        root => VersionsUnder($"{root}/usr/lib/postgresql", "bin").Any(IsComplete));

    private static IEnumerable<string> Candidates()
    {
        // PATH may hold a symbolic link; the programs that belong together are where it leads to.
        if (Executables.Find("postgres") is { } onPath)
            yield return Path.GetDirectoryName(Executables.Resolve(onPath))!;
        foreach (var directory in VersionsUnder("/usr/lib/postgresql", "bin"))
            yield return directory;
        foreach (var installation in VersionsIn("/usr", "pgsql-*"))
            yield return Path.Combine(installation, "bin");
        foreach (var prefix in (string[])["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"])
        {
            foreach (var installation in VersionsIn(prefix, "postgresql@*").Append($"{prefix}/postgresql"))
                yield return Path.Combine(installation, "bin");
        }
    }

    private static bool IsComplete(string directory) =>
        File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));

    private static IEnumerable<string> VersionsUnder(string directory, string child) =>
        VersionsIn(directory, "*").Select(version => Path.Combine(version, child));

    // Newest first: "16" before "9.6".
    private static IEnumerable<string> VersionsIn(string directory, string pattern) =>
        !System.IO.Directory.Exists(directory)
            ? []
            : System.IO.Directory.EnumerateDirectories(directory, pattern).OrderByDescending(found =>
                double.TryParse(Path.GetFileName(found).Split('-', '@')[^1], CultureInfo.InvariantCulture, out var version) ? version : 0);
}
