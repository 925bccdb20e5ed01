using Shop.Hosting.Packages;
using System.Globalization;

namespace Shop.Hosting;

/// <summary>A server product: where its programs are, how it is packaged and started.</summary>
/// <param name="title">Its display name.</param>
/// <param name="script">The file in <c>Scripts</c> that runs it.</param>
/// <param name="dataMount">The data directory in its container, which tells a data volume from other mounts.</param>
/// <param name="package">The distribution's package.</param>
internal abstract class ServerSoftware(string title, string script, string dataMount, ServerPackage package)
{
    public string Title { get; } = title;

    public string Script { get; } = script;

    public string DataMount { get; } = dataMount;

    /// <summary>Whether the container's arguments work for the server itself.</summary>
    public virtual bool TakesArguments => false;

    /// <summary>Variables of the script for further ports, which the server uses internally.</summary>
    public virtual IReadOnlyList<string> OwnPorts => [];

    /// <summary>Variables of the script for the newest installed server; null if there is none.</summary>
    public abstract IReadOnlyDictionary<string, string>? FindInstalled();

    /// <summary>The same for packages that were unpacked to <paramref name="root"/>; null if the server is not there.</summary>
    protected abstract IReadOnlyDictionary<string, string>? FindUnpacked(string root);

    /// <summary>Variables of the script. Fetches the distribution's packages if the server is not installed.</summary>
    /// <param name="log">Receives progress messages.</param>
    /// <exception cref="ServerUnavailableException">It cannot be fetched; the message says what to install.</exception>
    public async Task<IReadOnlyDictionary<string, string>> LocateAsync(Action<string> log, CancellationToken cancellationToken)
    {
        if (FindInstalled() is { } installed)
            return installed;

        var root = await new PackageCache(PackageCache.DefaultDirectory, package, root => FindUnpacked(root) is not null, log).GetAsync(cancellationToken);
        return FindUnpacked(root)!;
    }

    /// <summary>The full paths of a program on PATH, symbolic links followed.</summary>
    protected static IEnumerable<string> OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .Where(File.Exists)
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);

    /// <summary>Directories whose names end in a version, the newest first: 16 before 9.6.</summary>
    protected static IEnumerable<string> Versions(string directory, string pattern = "*") =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateDirectories(directory, pattern).OrderByDescending(found =>
                Version.TryParse(Pad(Path.GetFileName(found).Split('-', '@')[^1]), out var version) ? version : new Version(0, 0));

    /// <summary>The LD_LIBRARY_PATH of unpacked libraries.</summary>
    protected static string LibraryPath(string root) => string.Join(':', ((string[])["usr/lib", "lib"])
        .Select(part => Path.Combine(root, part)).Where(Directory.Exists)
        .SelectMany(part => Directory.EnumerateDirectories(part, "*-linux-gnu*")));

    private static string Pad(string version) =>
        int.TryParse(version, CultureInfo.InvariantCulture, out _) ? version + ".0" : version;
}
