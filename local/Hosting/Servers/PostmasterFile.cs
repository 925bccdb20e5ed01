using System.Globalization;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>
/// The file <c>postmaster.pid</c> that a killed server leaves in its data directory. PostgreSQL refuses to start while the process
/// id in it is in use, by whatever program.
/// </summary>
internal static class PostmasterFile
{
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits for a server that is just going down, ends the children of one that was killed, then removes what it left. Call with the
    /// <see cref="DataLock"/> held.
    /// </summary>
    /// <exception cref="ServerUnavailableException">A server that is not ours runs on the data, or its children do not end.</exception>
    public static async Task ClearAsync(string data, CancellationToken ct)
    {
        var file = Path.Combine(data, "postmaster.pid");
        // Elsewhere there is no telling whose process id it is; PostgreSQL's own check decides.
        if (!OperatingSystem.IsLinux() || !File.Exists(file))
            return;

        if (int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var server))
            await GoneAsync(() => RunsIn(data, server) ? [server] : [], data, ct);
        // A child that is busy outlives its server, and would go on writing to data that the next one has in its hands. PostgreSQL knows of
        // it by what stands in the file.
        await GoneAsync(
            () =>
            {
                var orphans = Processes().Where(process => RunsIn(data, process)).ToList();
                orphans.ForEach(process => Signals.Send(process, Signals.Kill));
                return orphans;
            }, data, ct);
        File.Delete(file);
    }

    private static async Task GoneAsync(Func<IReadOnlyList<int>> running, string data, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; running() is [var process, ..]; waited += Pause)
        {
            if (waited > ShutdownTime)
                throw new ServerUnavailableException($"Another PostgreSQL (process {process}) runs on the data in '{data}': stop it first.");
            await Task.Delay(Pause, ct);
        }
    }

    private static IEnumerable<int> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var process))
                yield return process;
        }
    }

    // PostgreSQL's processes work in the data directory. Where this process may not look, there is none of ours.
    private static bool RunsIn(string data, int process)
    {
        try
        {
            return LinkTarget(process, "cwd") == data && Path.GetFileName(LinkTarget(process, "exe")) is "postgres" or "postgres (deleted)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LinkTarget(int process, string name) =>
        File.ResolveLinkTarget($"/proc/{process}/{name}", returnFinalTarget: false)?.FullName;
}
