using System.Globalization;
using System.Text;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>PostgreSQL as a plain process.</summary>
internal static class PostgresServer
{
    /// <summary>
    /// Finds or fetches PostgreSQL, initialises the data directory when it is new, and starts the server. Returns when the process
    /// runs; it accepts connections a moment later.
    /// </summary>
    /// <exception cref="ServerUnavailableException">PostgreSQL cannot be had or its data directory cannot be used.</exception>
    public static async Task<ChildProcess> StartAsync(ServerSettings s, Action<string, bool> log, CancellationToken ct) =>
        await StartAsync(await PostgresBinaries.LocateAsync(log, ct), s, log, ct);

    /// <inheritdoc cref="StartAsync(ServerSettings, Action{string, bool}, CancellationToken)"/>
    internal static async Task<ChildProcess> StartAsync(
        PostgresBinaries binaries, ServerSettings s, Action<string, bool> log, CancellationToken ct)
    {
        ServerDirectory.Create(s.DataDirectory);
        ServerDirectory.Create(s.RunDirectory);
        var inUse = DataLock.Take(s.DataDirectory);
        try
        {
            var data = Path.Combine(s.DataDirectory, "data");
            if (!Directory.Exists(data))
                await InitialiseAsync(binaries, s, data, log, ct);
            await PostmasterFile.ClearAsync(data, ct);
            await ServerDirectory.HandOverAsync(s.RunDirectory, ct);
            await ServerDirectory.HandOverAsync(s.DataDirectory, ct);

            return ChildProcess.Start(ServerSpec(binaries, s, data), log, async () => await inUse.DisposeAsync());
        }
        catch
        {
            await inUse.DisposeAsync();
            throw;
        }
    }

    // Into a directory of its own, moved into place when complete: an interrupted run leaves nothing that looks like a database.
    private static async Task InitialiseAsync(
        PostgresBinaries binaries, ServerSettings s, string data, Action<string, bool> log, CancellationToken ct)
    {
        var unfinished = data + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        ServerDirectory.Create(unfinished);

        var passwordFile = Path.Combine(s.RunDirectory, "password");
        ServerDirectory.WriteSecret(passwordFile, s.Password);
        try
        {
            await ServerDirectory.HandOverAsync(s.RunDirectory, ct);
            await ServerDirectory.HandOverAsync(s.DataDirectory, ct);
            var initdb = await Tool.RunAsync(
                binaries.Spec("initdb",
                [
                    "--pgdata", unfinished, "--username", s.UserName, "--auth", "scram-sha-256", "--pwfile", passwordFile,
                    "--encoding", "UTF8", "--locale", OperatingSystem.IsLinux() ? "C.UTF-8" : "C",
                ], unfinished), ct);
            if (!initdb.Succeeded)
            {
                foreach (var line in initdb.Output.Concat(initdb.Errors))
                    log(line, true);
                throw new ServerUnavailableException(
                    $"PostgreSQL could not initialise its data directory '{data}' ({initdb.Reason}): see the lines above.");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }
        Directory.Move(unfinished, data);
    }

    private static ProcessSpec ServerSpec(PostgresBinaries binaries, ServerSettings s, string data) =>
        binaries.Spec("postgres",
        [
            "-D", data,
            "-c", "listen_addresses=127.0.0.1",
            "-c", string.Create(CultureInfo.InvariantCulture, $"port={s.Port}"),
            "-c", $"unix_socket_directories={SocketDirectory(s)}",
            "-c", "max_connections=300",
            // The compiler for queries is a library of 100 MB that the unpacked packages leave out; short queries gain nothing by it.
            "-c", "jit=off",
        ], data) with
        {
            StopSignal = Signals.Interrupt,
            // Unlike SIGKILL, SIGQUIT lets the server take its children and its shared memory with it. It stops at once just the same.
            ParentDeathSignal = Signals.Quit,
        };

    // A socket's path has at most 107 bytes, and its file is called .s.PGSQL.<port>. Without a directory there is only TCP.
    private static string SocketDirectory(ServerSettings s)
    {
        var usable = !OperatingSystem.IsWindows() && !s.RunDirectory.Contains(',')
            && Encoding.UTF8.GetByteCount(s.RunDirectory) + "/.s.PGSQL.65535".Length <= 107;
        return usable ? s.RunDirectory : "";
    }
}
