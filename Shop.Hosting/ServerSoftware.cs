using Shop.Hosting.Packages;
using System.Globalization;

namespace Shop.Hosting;

/// <summary>A kind of server: where its programs are, and how they are packaged and started.</summary>
/// <param name="title">Its name for people.</param>
/// <param name="script">The file in <c>Scripts</c> that runs it.</param>
/// <param name="dataMount">Where its container keeps the data, which is how a data volume is told from other mounts.</param>
/// <param name="package">The distribution's package of it.</param>
internal abstract class ServerSoftware(string title, string script, string dataMount, ServerPackage package)
{
    public string Title { get; } = title;

    public string Script { get; } = script;

    public string DataMount { get; } = dataMount;

    /// <summary>Whether arguments given to the container mean the same to the server itself.</summary>
    public virtual bool TakesArguments => false;

    /// <summary>Variables of the script that name ports for the server's own use.</summary>
    public virtual IReadOnlyList<string> OwnPorts => [];

    /// <summary>What the script needs to know to run the server that is installed here, newest first; null when there is none.</summary>
    public abstract IReadOnlyDictionary<string, string>? FindInstalled();

    /// <summary>The same for packages unpacked below <paramref name="root"/>; null when they do not hold it.</summary>
    protected abstract IReadOnlyDictionary<string, string>? FindUnpacked(string root);

    /// <summary>What the script needs to know. Fetches the distribution's packages when the server is not installed.</summary>
    /// <param name="log">Told what takes time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ServerUnavailableException">It cannot be had; the message says what to install.</exception>
    public async Task<IReadOnlyDictionary<string, string>> LocateAsync(Action<string> log, CancellationToken cancellationToken)
    {
        if (FindInstalled() is { } installed)
            return installed;

        var root = await new PackageCache(PackageCache.DefaultDirectory, package, root => FindUnpacked(root) is not null, log).GetAsync(cancellationToken);
        return FindUnpacked(root)!;
    }

    /// <summary>The full path of a program on PATH, symbolic links followed; null when there is none.</summary>
    protected static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .Where(File.Exists)
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)
            .FirstOrDefault();

    /// <summary>Directories whose names end in a version, the newest first: 16 before 9.6.</summary>
    protected static IEnumerable<string> Versions(string directory, string pattern = "*") =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateDirectories(directory, pattern).OrderByDescending(found =>
                Version.TryParse(Pad(Path.GetFileName(found).Split('-', '@')[^1]), out var version) ? version : new Version(0, 0));

    /// <summary>The value for LD_LIBRARY_PATH that makes unpacked libraries found.</summary>
    protected static string LibraryPath(string root) => string.Join(':', ((string[])["usr/lib", "lib"])
        .Select(part => Path.Combine(root, part)).Where(Directory.Exists)
        .SelectMany(part => Directory.EnumerateDirectories(part, "*-linux-gnu*")));

    private static string Pad(string version) =>
        int.TryParse(version, CultureInfo.InvariantCulture, out _) ? version + ".0" : version;
}
