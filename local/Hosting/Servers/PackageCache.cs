using System.Globalization;
using System.Runtime.InteropServices;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>
/// Servers unpacked from the distribution's packages, kept for the next run. A copy appears in one step, complete or not at all;
/// one that was damaged since is fetched anew.
/// </summary>
internal static class PackageCache
{
    private const string Manifest = ".contents";

    /// <summary>
    /// The cache: $XDG_CACHE_HOME/shop-servers or ~/.cache/shop-servers; for root a place that the user servers run as can read.
    /// </summary>
    public static string DefaultDirectory { get; } = ServerUser.IsNeeded
        ? "/var/cache/shop-servers"
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cacheHome
                ? cacheHome
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "shop-servers");

    /// <summary>The root directory of an unpacked copy of the server, which is fetched when there is none yet.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be fetched; the message says what to install.</exception>
    public static Task<string> GetAsync(ServerPackage package, Action<string, bool> log, CancellationToken ct) =>
        GetAsync(DefaultDirectory, package, log, ct);

    internal static async Task<string> GetAsync(
        string cacheDirectory, ServerPackage package, Action<string, bool> log, CancellationToken ct)
    {
        if (!AptPackages.AreAvailable)
            throw Unavailable(package, "this is not Debian or Ubuntu");

        // One home directory may serve several machines: what was unpacked for one system is of no use to another.
        var directory = Path.Combine(cacheDirectory, AptPackages.SystemName());
        if (FindIntact(directory, package) is { } found)
            return found;

        try
        {
            Directory.CreateDirectory(directory);
            await using var _ = await LockAsync(directory, package, log, ct);
            return FindIntact(directory, package) ?? await FetchAsync(directory, package, log, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(package, e.Message, e);
        }
    }

    /// <summary>The value for LD_LIBRARY_PATH that makes the unpacked libraries found.</summary>
    public static string LibraryPath(string root) => string.Join(':', ((string[])["usr/lib", "lib"])
        .Select(part => Path.Combine(root, part)).Where(Directory.Exists)
        .SelectMany(part => Directory.EnumerateDirectories(part, "*-linux-gnu*")));

    private static async Task<string> FetchAsync(
        string directory, ServerPackage package, Action<string, bool> log, CancellationToken ct)
    {
        foreach (var damaged in CopiesIn(directory, package))
        {
            log($"The copy of {package.Title} in '{damaged}' is damaged and is replaced.", true);
            Directory.Delete(damaged, recursive: true);
        }
        foreach (var unfinished in Directory.EnumerateDirectories(directory, ".unpacking-*"))
            Directory.Delete(unfinished, recursive: true);

        var work = Path.Combine(directory, $".unpacking-{package.Name}");
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        try
        {
            log($"{package.Title} is not installed: fetching the distribution's packages, once.", false);
            var apt = new AptPackages(Path.Combine(directory, "apt"), package, log);
            var archives = await apt.DownloadAsync(Directory.CreateDirectory(Path.Combine(work, "archives")).FullName, ct);
            await AptPackages.UnpackAsync(archives, root, ct);

            var final = Path.Combine(directory, $"{package.Name}_{AptPackages.VersionOf(archives, package.Name)}");
            package.Adapt(root, final);
            if (!package.IsUsable(root))
                throw new AptException("the packages do not hold what was expected");
            if (ServerUser.IsNeeded)
                OpenToAll(cache: Path.GetDirectoryName(directory)!, directory, root);
            WriteManifest(root, final);
            Directory.Move(root, final);
            log($"{package.Title} is ready in '{final}'.", false);
            return final;
        }
        catch (AptException e)
        {
            throw Unavailable(package, e.Message, e);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // The kernel releases the lock when its holder dies.
    private static async Task<FileStream> LockAsync(string directory, ServerPackage package, Action<string, bool> log, CancellationToken ct)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (tries == 0)
                    log($"{package.Title} is not installed: waiting for another download to end.", false);
                await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
            }
        }
    }

    private static string? FindIntact(string directory, ServerPackage package) =>
        CopiesIn(directory, package).FirstOrDefault(root => IsIntact(root) && package.IsUsable(root));

    private static IEnumerable<string> CopiesIn(string directory, ServerPackage package) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, $"{package.Name}_*") : [];

    // First line: where the copy belongs (its scripts name that path). Then the length and the path of each file.
    private static void WriteManifest(string root, string final) =>
        File.WriteAllLines(Path.Combine(root, Manifest), FilesIn(root).Prepend(final).ToList());

    private static bool IsIntact(string root)
    {
        var manifest = Path.Combine(root, Manifest);
        return File.Exists(manifest)
            && File.ReadLines(manifest).ToHashSet().SetEquals(FilesIn(root).Prepend(root));
    }

    private static IEnumerable<string> FilesIn(string root) =>
        new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.LinkTarget is null && file.Name != Manifest)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Length} {Path.GetRelativePath(root, file.FullName)}"));

    // Whatever root's umask is, the user that servers run as has to get there.
    private static void OpenToAll(string cache, string directory, string root)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var part in (string[])[cache, directory, root])
            File.SetUnixFileMode(part, Readable);
    }

    private static ServerUnavailableException Unavailable(ServerPackage package, string reason, Exception? inner = null) => new(
        $"{package.Title} was not found and could not be fetched ({reason}): install it" +
        (AptPackages.AreAvailable ? $" with 'sudo apt-get install {package.Name}'" : "") + " or put its programs on PATH.", inner);
}
