using System.Diagnostics;

namespace Shop.Bench;

/// <summary>
/// Things that come at their own time, whether or not those before are done. Each is timed from when it was due, so a stall counts for
/// all that came during it, and not only for the one that met it.
/// </summary>
internal static class OpenLoop
{
    /// <summary>Starts <paramref name="perSecond"/> of them each second, and returns how many milliseconds each took.</summary>
    public static async Task<double[]> RunAsync(
        int perSecond, TimeSpan duration, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var tasks = new Task<double>[(int)(perSecond * duration.TotalSeconds)];
        // A thread of its own: timers of the runtime are a millisecond late, which is much of what is measured here.
        await Task.Factory.StartNew(() => Start(tasks, perSecond, act, cancellationToken),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await Task.WhenAll(tasks);
    }

    private static void Start(Task<double>[] tasks, int perSecond, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < tasks.Length; i++)
        {
            var due = began + (i * Stopwatch.Frequency / perSecond);
            WaitUntil(due);
            cancellationToken.ThrowIfCancellationRequested();
            tasks[i] = Task.Run(async () =>
            {
                await act(cancellationToken);
                return Stopwatch.GetElapsedTime(due).TotalMilliseconds;
            }, cancellationToken);
        }
    }

    private static void WaitUntil(long due)
    {
        var left = (due - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
        if (left > 0)
            Thread.Sleep((int)left);
        // The last part of a millisecond; whoever wants the processor has it meanwhile.
        while (Stopwatch.GetTimestamp() < due)
            Thread.Yield();
    }
}
