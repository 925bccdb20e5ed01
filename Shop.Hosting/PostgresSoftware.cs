using Shop.Hosting.Packages;

namespace Shop.Hosting;

/// <summary>PostgreSQL, in the usual places of distributions and Homebrew.</summary>
internal sealed class PostgresSoftware() : ServerSoftware("PostgreSQL", "run-postgres.sh", "/var/lib/postgresql", Package)
{
    private static readonly ServerPackage Package = new(
        "PostgreSQL", "postgresql", part => part.StartsWith("postgresql-", StringComparison.Ordinal) && !part.Contains("common", StringComparison.Ordinal));

    private static readonly string[] HomebrewPrefixes = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];

    public override bool TakesArguments => true;

    public override IReadOnlyDictionary<string, string>? FindInstalled() =>
        Candidates().FirstOrDefault(IsComplete) is { } directory ? Settings(directory, "") : null;

    protected override IReadOnlyDictionary<string, string>? FindUnpacked(string root) =>
        Binaries($"{root}/usr/lib/postgresql").FirstOrDefault(IsComplete) is { } directory ? Settings(directory, LibraryPath(root)) : null;

    private static Dictionary<string, string> Settings(string directory, string libraries) => new()
    {
        ["BIN"] = directory,
        ["LIBRARIES"] = libraries,
        // macOS has no C.UTF-8.
        ["SERVER_LOCALE"] = OperatingSystem.IsLinux() ? "C.UTF-8" : "C",
    };

    private static IEnumerable<string> Candidates() =>
    [
        .. OnPath("postgres").Select(program => Path.GetDirectoryName(program)!),
        .. Binaries("/usr/lib/postgresql"),
        .. Binaries("/usr", "pgsql-*"),
        .. HomebrewPrefixes.SelectMany(prefix => Binaries(prefix, "postgresql@*").Append($"{prefix}/postgresql/bin")),
    ];

    private static IEnumerable<string> Binaries(string directory, string pattern = "*") =>
        Versions(directory, pattern).Select(version => Path.Combine(version, "bin"));

    private static bool IsComplete(string directory) =>
        File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));
}
