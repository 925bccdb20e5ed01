using System.Globalization;

namespace Shop.Hosting.Packages;

/// <summary>
/// Servers unpacked from the distribution's packages, kept for the next run. A copy appears in one step, complete or not at all. One that was
/// damaged since is fetched again.
/// </summary>
/// <param name="directory">The cache; made when it is missing.</param>
/// <param name="package">The server.</param>
/// <param name="isUsable">Tells whether an unpacked copy, given its root directory, holds the programs to run.</param>
/// <param name="log">Told what takes time.</param>
internal sealed class PackageCache(string directory, ServerPackage package, Func<string, bool> isUsable, Action<string> log)
{
    private const string Manifest = ".contents";

    // One home directory may serve several machines: what was unpacked for one system is of no use to another.
    private readonly string _directory = Path.Combine(directory, AptArchive.IsAvailable ? AptArchive.SystemName() : "");

    /// <summary>
    /// The cache: $XDG_CACHE_HOME/aspire-servers or ~/.cache/aspire-servers; for root a place that the user servers run as can read.
    /// </summary>
    public static string DefaultDirectory { get; } = Path.Combine(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? "/var/cache"
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cacheHome ? cacheHome
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "aspire-servers");

    /// <summary>The root directory of an unpacked copy of the server, which is fetched when there is none yet.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be fetched; the message says what to install.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        if (!AptArchive.IsAvailable)
            throw Unavailable("this is not Debian or Ubuntu");

        try
        {
            if (FindIntact() is { } found)
                return found;

            Directory.CreateDirectory(_directory);
            await using var _ = await LockAsync(cancellationToken);
            return FindIntact() ?? await FetchAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AptException)
        {
            throw Unavailable(e.Message, e);
        }
    }

    private async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        foreach (var damaged in Copies())
        {
            log($"The copy of {package.Title} in '{damaged}' is damaged and is replaced.");
            Directory.Delete(damaged, recursive: true);
        }

        var work = Path.Combine(_directory, $".unpacking-{package.Name}");
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        try
        {
            log($"{package.Title} is not installed: fetching the distribution's packages, once.");
            var apt = new AptArchive(Path.Combine(_directory, "apt"), package, log);
            var archives = await apt.DownloadAsync(Directory.CreateDirectory(Path.Combine(work, "archives")).FullName, cancellationToken);
            await AptArchive.UnpackAsync(archives, root, cancellationToken);

            var final = Path.Combine(_directory, $"{package.Name}_{AptArchive.VersionOf(archives, package.Name)}");
            package.Relocate(root, final);
            if (!isUsable(root))
                throw new AptException("the packages do not hold what was expected");
            OpenToAll(root);
            // First line: where the copy belongs, as its scripts name that path. Then the length and the path of each file.
            await File.WriteAllLinesAsync(Path.Combine(root, Manifest), FilesIn(root).Prepend(final).ToList(), cancellationToken);
            Directory.Move(root, final);
            log($"{package.Title} is ready in '{final}'.");
            return final;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // The kernel releases the lock when its holder dies.
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && !IsReadOnly(e))
            {
                if (tries == 0)
                    log($"{package.Title} is not installed: waiting for another download to end.");
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    // EROFS and ENOSPC are no locks that somebody holds.
    private static bool IsReadOnly(IOException e) =>
        e.Message.Contains("Read-only file system", StringComparison.Ordinal) || e.Message.Contains("No space left", StringComparison.Ordinal);

    private string? FindIntact() => Copies().FirstOrDefault(root => IsIntact(root) && isUsable(root));

    private IEnumerable<string> Copies() =>
        Directory.Exists(_directory) ? Directory.EnumerateDirectories(_directory, $"{package.Name}_*") : [];

    private static bool IsIntact(string root)
    {
        var manifest = Path.Combine(root, Manifest);
        return File.Exists(manifest) && File.ReadLines(manifest).ToHashSet().SetEquals(FilesIn(root).Prepend(root));
    }

    private static IEnumerable<string> FilesIn(string root) =>
        new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.LinkTarget is null && file.Name != Manifest)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Length} {Path.GetRelativePath(root, file.FullName)}"));

    // Whatever root's umask is, the user that servers run as has to get there.
    private void OpenToAll(string root)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return;
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var part in (string[])[Path.GetDirectoryName(_directory)!, _directory, root])
            File.SetUnixFileMode(part, Readable);
    }

    private ServerUnavailableException Unavailable(string reason, Exception? inner = null) => new(
        $"{package.Title} was not found and could not be fetched ({reason}): install it" +
        (AptArchive.IsAvailable ? $" with 'sudo apt-get install {package.Name}'" : "") + ", put its programs on PATH, or set Servers=containers.", inner);
}
