using Aspire.Hosting.ApplicationModel;

namespace Shop.Hosting;

/// <summary>
/// Where servers keep their data and what belongs to the run. The run's temporary directory goes with the run. What a killed run left behind
/// goes when the next one starts.
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

    /// <summary>The directory for a server's scripts, configuration and sockets. Made when it is missing.</summary>
    public string RunOf(IResource server) => InRun(server.Name);

    /// <summary>A directory that survives the run when the server was declared with a volume; else one that goes with the run.</summary>
    /// <exception cref="ServerUnavailableException">It cannot be made.</exception>
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
            throw new ServerUnavailableException($"The data directory '{path}' cannot be made ({e.Message}).", e);
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

    /// <summary>Where volumes are: servers do not run as root, and nobody but root gets into its home.</summary>
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
        // Passing through, not listing, for the user that servers run as.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(run, Passable);
        // The lock is the kernel's, on an open file: it goes when this process dies, however it dies.
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody uses it, or it is somebody else's, or something else by that name.
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
            // A process that is being killed may still write. What stays is deleted when the next run starts.
            return;
        }
    }
}
