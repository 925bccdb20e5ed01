using System.Runtime.InteropServices;

namespace Shop.Auth.Users;

/// <summary>
/// A thread for each core for work that takes a core for a tenth of a second and is in no hurry. Where the system allows it they come last: with
/// nothing else to do they have the whole machine, beside requests that somebody waits for nearly none of it.
/// </summary>
internal sealed class QuietThreads : IDisposable
{
    /// <summary>Of 0 (as everybody) to 19: about a tenth of the time of a thread with 0.</summary>
    private const int Niceness = 10;

    private readonly Func<CancellationToken, Action?> _next;
    private readonly CancellationTokenSource _end = new();

    /// <summary>Starts the threads.</summary>
    /// <param name="next">Waits for what is to be done next; null ends the thread that asks. What it returns does not throw.</param>
    public QuietThreads(Func<CancellationToken, Action?> next)
    {
        _next = next;
        foreach (var i in Enumerable.Range(1, Environment.ProcessorCount))
            new Thread(Work) { IsBackground = true, Name = $"Quiet {i}" }.Start();
    }

    public void Dispose() => _end.Cancel();

    private void Work()
    {
        // The runtime's own priorities mean nothing there. For 0, the calling thread.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, Niceness);
        while (_next(_end.Token) is { } work)
            work();
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int priority);
}
