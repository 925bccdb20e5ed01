using System.Globalization;

namespace Aspire.Hosting.Servers;

/// <summary>
/// The file <c>postmaster.pid</c> that a killed server leaves in its data directory. PostgreSQL refuses to start while the process
/// id in it is in use, by whatever program.
/// </summary>
internal static class PostmasterFile
{
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(10);

    /// <summary>Waits for a server that is just going down, then removes what it left. Call with the <see cref="DataLock"/> held.</summary>
    /// <exception cref="ServerUnavailableException">A server that is not ours runs on the data.</exception>
    public static async Task ClearAsync(string data, CancellationToken ct)
    {
        var file = Path.Combine(data, "postmaster.pid");
        // Elsewhere there is no telling whose process id it is; PostgreSQL's own check decides.
        if (!OperatingSystem.IsLinux() || !File.Exists(file)
            || !int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var processId))
            return;

        for (var waited = TimeSpan.Zero; RunsIn(data, processId); waited += TimeSpan.FromMilliseconds(50))
        {
            if (waited > ShutdownTime)
                throw new ServerUnavailableException($"Another PostgreSQL (process {processId}) runs on the data in '{data}': stop it first.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
        File.Delete(file);
    }

    // A server works in its data directory. Where this process may not look, it is not a server of ours.
    private static bool RunsIn(string data, int processId)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)?.FullName == data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
