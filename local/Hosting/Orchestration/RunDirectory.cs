using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>The temporary directory of this run. It goes with the run; what a killed run left behind goes when the next one starts.</summary>
internal sealed class RunDirectory : IDisposable
{
    private const string Prefix = "aspire-";
    private const string OwnerFile = "owner";

    private readonly Lock _lock = new();
    private string? _path;
    private FileStream? _owner;

    /// <summary>A directory of that name in the run's directory, which is made when first asked for.</summary>
    public string Of(string name)
    {
        lock (_lock)
            return Path.Combine(_path ??= Create(), name);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _owner?.Dispose();
            if (_path is not null)
                Delete(_path);
            (_path, _owner) = (null, null);
        }
    }

    private string Create()
    {
        foreach (var abandoned in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*").Where(IsAbandoned))
            Delete(abandoned);

        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        // The lock is the kernel's, on an open file: it goes when this process dies, however it dies.
        _owner = new FileStream(Path.Combine(path, OwnerFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        _owner.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        _owner.Flush();
        return path;
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
