namespace Aspire.Hosting.Servers;

/// <summary>
/// Keeps a second server off a data directory that is in use. The lock is the kernel's, on an open file, so it goes when the
/// process that holds it dies, however it dies.
/// </summary>
internal static class DataLock
{
    /// <summary>Takes the lock on the directory.</summary>
    /// <exception cref="ServerUnavailableException">Another run of the system uses the directory.</exception>
    public static FileStream Take(string dataDirectory)
    {
        try
        {
            return new FileStream(Path.Combine(dataDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new ServerUnavailableException(
                $"The data in '{dataDirectory}' is in use by another run: stop that one first, or give this one a data volume of its own.", e);
        }
    }
}
