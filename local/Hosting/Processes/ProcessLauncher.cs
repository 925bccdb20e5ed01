using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts processes so that they cannot outlive this one: <c>setpriv</c> arms the kernel's parent death signal (and changes the user
/// where asked) and <c>setsid</c> gives the child a session and process group of its own, so that Ctrl+C in the terminal reaches only
/// this process. Both replace themselves with the next program, so the process id is the program's own.
/// </summary>
/// <remarks>
/// Where util-linux is not there (macOS, Windows, BusyBox) the program is started plainly. It is then stopped with this process when
/// that ends in good order, Ctrl+C in the terminal reaches it as well, and it outlives a SIGKILL of this process.
/// </remarks>
internal static class ProcessLauncher
{
    // The kernel sends the parent death signal when the *thread* that forked ends, and pool threads come and go:
    // every fork happens on this one thread, which lives as long as the process.
    private static readonly BlockingCollection<Action> Forks = [];
    private static readonly Lazy<Supervisor?> Found = new(Supervisor.Find);

    static ProcessLauncher() =>
        new Thread(ForkOneAfterAnother) { IsBackground = true, Name = "Process launcher" }.Start();

    /// <summary>True when children die with this process and have a process group of their own.</summary>
    public static bool IsSupervised => Found.Value is not null;

    /// <summary>Starts the program and returns as soon as it is forked.</summary>
    /// <exception cref="FileNotFoundException">The program is neither a file nor a name on PATH.</exception>
    /// <exception cref="DirectoryNotFoundException">The working directory does not exist.</exception>
    public static Process Start(ProcessSpec spec)
    {
        var startInfo = Describe(spec);
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Forks.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(startInfo)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static void ForkOneAfterAnother()
    {
        foreach (var fork in Forks.GetConsumingEnumerable())
            fork();
    }

    private static ProcessStartInfo Describe(ProcessSpec spec)
    {
        var program = Executables.Find(spec.FileName)
            ?? throw new FileNotFoundException($"The program '{spec.FileName}' was not found.", spec.FileName);
        if (!Directory.Exists(spec.WorkingDirectory))
            throw new DirectoryNotFoundException($"The working directory '{spec.WorkingDirectory}' does not exist.");

        string[] command = [.. Found.Value?.Prefix(spec) ?? [], program, .. spec.Arguments];
        var startInfo = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!spec.InheritEnvironment)
            startInfo.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
            startInfo.Environment[name] = value;
        return startInfo;
    }

    private sealed record Supervisor(string SetPriv, string SetSid)
    {
        public static Supervisor? Find()
        {
            if (Executables.Find("setpriv") is not { } setPriv || Executables.Find("setsid") is not { } setSid)
                return null;

            // BusyBox has programs of the same names that know less: ask rather than assume.
            using var trial = Process.Start(new ProcessStartInfo(setPriv, ["--pdeathsig", "KILL", "--", setSid, "--", "true"])
            {
                RedirectStandardError = true,
            })!;
            trial.StandardError.ReadToEnd();
            trial.WaitForExit();
            return trial.ExitCode == 0 ? new(setPriv, setSid) : null;
        }

        public IEnumerable<string> Prefix(ProcessSpec spec)
        {
            string[] user = spec.DropRoot && ServerUser.IsNeeded
                ? ["--reuid", ServerUser.Id, "--regid", ServerUser.Id, "--clear-groups", "--no-new-privs"]
                : [];
            return [SetPriv, "--pdeathsig", Signals.NameOf(spec.ParentDeathSignal), .. user, "--", SetSid, "--"];
        }
    }
}
