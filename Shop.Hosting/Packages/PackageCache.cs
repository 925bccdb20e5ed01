using System.Globalization;

namespace Shop.Hosting.Packages;

/// <summary>
/// Keeps servers that were unpacked from the distribution's packages. A copy appears atomically, with one rename. A damaged copy is fetched again.
/// </summary>
/// <param name="directory">The cache. Created if missing.</param>
/// <param name="package">The server.</param>
/// <param name="isUsable">Whether the copy with this root directory has the server's programs.</param>
/// <param name="log">Receives progress messages.</param>
internal sealed class PackageCache(string directory, ServerPackage package, Func<string, bool> isUsable, Action<string> log)
{
    private const string Manifest = ".contents";

    // Several machines with different systems may share a home directory.
    private readonly string _directory = Path.Combine(directory, AptArchive.IsAvailable ? AptArchive.SystemName() : "");

    /// <summary>
    /// $XDG_CACHE_HOME/aspire-servers or ~/.cache/aspire-servers. For root, /var/cache/aspire-servers, which the servers' user can read.
    /// </summary>
    public static string DefaultDirectory { get; } = Path.Combine(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? "/var/cache"
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cacheHome ? cacheHome
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "aspire-servers");

    /// <summary>The root directory of an unpacked copy of the server. Fetches it if there is none.</summary>
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
            // First line: the copy's own path, which its scripts contain. Then length and path of each file.
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

    // EROFS and ENOSPC do not mean that the lock is taken.
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

    // The servers' user needs access, whatever root's umask is.
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
