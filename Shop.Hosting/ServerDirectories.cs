using Aspire.Hosting.ApplicationModel;

namespace Shop.Hosting;

/// <summary>
/// Directories for the servers' data and for the run. The run's temporary directory is deleted with the run; if the run was killed, when the
/// next one starts.
/// </summary>
internal sealed class ServerDirectories : IDisposable
{
    private const string Prefix = "aspire-servers-";
    private const string OwnerFile = "owner";
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Lock _lock = new();
    private string? _run;
    private FileStream? _owner;

    /// <summary>The directory for a server's scripts, configuration and sockets. Created if missing.</summary>
    public string RunOf(IResource server) => InRun(server.Name);

    /// <summary>The data directory. It survives the run if the server was declared with a volume.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be created.</exception>
    public string DataOf(IResource server)
    {
        if (!server.TryGetLastAnnotation<ContainerMountAnnotation>(out var mount))
            return InRun($"{server.Name}-data");

        var path = mount.Type is ContainerMountType.BindMount ? mount.Source! : Path.Combine(Volumes(), mount.Source ?? server.Name);
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerUnavailableException($"The data directory '{path}' cannot be created ({e.Message}).", e);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _owner?.Dispose();
            if (_run is not null)
                Delete(_run);
            (_run, _owner) = (null, null);
        }
    }

    /// <summary>The parent directory of volumes. For root it is outside of its home, which the servers' user cannot enter.</summary>
    internal static string Volumes() => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
        ? "/var/lib/aspire/volumes"
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "aspire", "volumes");

    private string InRun(string name)
    {
        lock (_lock)
            return Directory.CreateDirectory(Path.Combine(_run ??= CreateRun(), name)).FullName;
    }

    private string CreateRun()
    {
        foreach (var abandoned in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*").Where(IsAbandoned))
            Delete(abandoned);

        var run = Directory.CreateTempSubdirectory(Prefix).FullName;
        // The servers' user may pass through, not list.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(run, Passable);
        // The kernel releases this lock when the process ends, however it ends.
        _owner = new FileStream(Path.Combine(run, OwnerFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        return run;
    }

    private static bool IsAbandoned(string path)
    {
        try
        {
            using var _ = new FileStream(Path.Combine(path, OwnerFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Deleted in part; or just created, by a run that is about to lock it.
            return Directory.GetLastWriteTimeUtc(path) < DateTime.UtcNow.AddMinutes(-1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, or not ours.
            return false;
        }
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that is just ending may still write. The next run deletes the rest.
        }
    }
}
