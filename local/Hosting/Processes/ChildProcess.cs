using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>A running child process: its output line by line, its end, and the means to bring that about.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // A grandchild may hold the pipes open after the child has ended; its output is not waited for longer than this.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly int _stopSignal;

    private ChildProcess(Process process, ProcessSpec spec, Action<string, bool> onLine, Func<Task>? afterwards)
    {
        _process = process;
        _stopSignal = spec.StopSignal;
        Id = process.Id;
        Completion = RunToEndAsync(onLine, afterwards);
    }

    /// <summary>The process id, which is the id of the child's process group as well where <see cref="ProcessLauncher.IsSupervised"/>.</summary>
    public int Id { get; }

    /// <summary>
    /// The exit code, or 128 plus the number of the signal that ended the process. Completes after the last line of output was delivered.
    /// </summary>
    public Task<int> Completion { get; }

    /// <summary>Starts a program that dies with this process. Its standard input is empty.</summary>
    /// <param name="spec">What to start.</param>
    /// <param name="onLine">Called with each line of output; true means standard error. The two streams call it independently.</param>
    /// <param name="afterwards">Releases what belongs to the process; done when it has ended, before <see cref="Completion"/> is.</param>
    /// <exception cref="FileNotFoundException">The program is neither a file nor a name on PATH.</exception>
    /// <exception cref="DirectoryNotFoundException">The working directory does not exist.</exception>
    public static ChildProcess Start(ProcessSpec spec, Action<string, bool> onLine, Func<Task>? afterwards = null) =>
        new(ProcessLauncher.Start(spec), spec, onLine, afterwards);

    /// <summary>
    /// Asks the process to stop with its stop signal; after <paramref name="grace"/> its whole group is killed. Returns the exit code.
    /// </summary>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        if (OperatingSystem.IsWindows())
            Kill();
        else if (!HasExited)
            Signals.Send(Id, _stopSignal);

        if (await Task.WhenAny(Completion, Task.Delay(grace)) != Completion)
            Kill();
        return await Completion;
    }

    /// <summary>Kills the process and its group at once.</summary>
    public void Kill()
    {
        if (HasExited)
            return;
        if (!OperatingSystem.IsWindows())
            Signals.SendToGroup(Id, Signals.Kill);
        _process.Kill(entireProcessTree: !ProcessLauncher.IsSupervised);
    }

    /// <summary>Kills what still runs and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Completion;
        _process.Dispose();
    }

    private bool HasExited => Completion.IsCompleted || _process.HasExited;

    private async Task<int> RunToEndAsync(Action<string, bool> onLine, Func<Task>? afterwards)
    {
        _process.StandardInput.Close();
        var output = Task.WhenAll(
            DeliverAsync(_process.StandardOutput, line => onLine(line, false)),
            DeliverAsync(_process.StandardError, line => onLine(line, true)));

        await _process.WaitForExitAsync();
        // What the process started itself and left behind goes with it.
        if (ProcessLauncher.IsSupervised)
            Signals.SendToGroup(Id, Signals.Kill);

        if (afterwards is not null)
            await afterwards();
        if (await Task.WhenAny(output, Task.Delay(OutputGrace)) == output)
            await output;
        return _process.ExitCode;
    }

    private static async Task DeliverAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
            onLine(line);
    }
}
