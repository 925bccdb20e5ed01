using System.Diagnostics;

namespace Shop.Bench;

/// <summary>A closed loop: each of some connections does the next thing as soon as the last is done.</summary>
internal static class Load
{
    // The runtime compiles what runs often a second time, with what it has learned; before that a figure says little.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <summary>Runs for the given time after a warm-up and returns how many were done per second.</summary>
    public static async Task<double> PerSecondAsync(
        int connections, TimeSpan duration, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        await RunAsync(connections, WarmUp, act, cancellationToken);
        var clock = Stopwatch.StartNew();
        var done = await RunAsync(connections, duration, act, cancellationToken);
        return done / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Does <paramref name="count"/> things over the connections and returns when the last is done.</summary>
    public static async Task CountAsync(int connections, int count, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await act(connection, cancellationToken);
            }
        }, cancellationToken)));
    }

    private static async Task<long> RunAsync(
        int connections, TimeSpan duration, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        long done = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            while (clock.Elapsed < duration)
            {
                await act(connection, cancellationToken);
                Interlocked.Increment(ref done);
            }
        }, cancellationToken)));
        return done;
    }
}
