using System.Diagnostics;

namespace Shop.Bench;

/// <summary>What a stretch of load did: how many per second, and how long each took.</summary>
internal sealed record Outcome(double PerSecond, double[] Milliseconds);

/// <summary>Ours and the limit, the median of their rounds, with the times of all of ours.</summary>
internal sealed record Comparison(double Ours, double Limit, double[] Milliseconds)
{
    public double P50 => Milliseconds.Percentile(0.5);

    public double P99 => Milliseconds.Percentile(0.99);
}

/// <summary>Closed loops: each of some connections does the next thing as soon as the last is done.</summary>
internal static class Load
{
    /// <summary>Warms both up, then lets them take turns.</summary>
    /// <param name="settings">How long and how often.</param>
    /// <param name="connections">How many at once, of each.</param>
    /// <param name="ours">What the store does.</param>
    /// <param name="limit">What it is measured against.</param>
    /// <param name="cpu">Reads what is used during ours.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<Comparison> CompareAsync(
        Settings settings, int connections, Func<CancellationToken, Task> ours, Func<CancellationToken, Task> limit, CpuMeter cpu,
        CancellationToken cancellationToken)
    {
        await RunAsync(connections, settings.WarmUp, ours, cancellationToken);
        await RunAsync(connections, settings.WarmUp, limit, cancellationToken);
        var (mine, other, times) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            var outcome = await cpu.DuringAsync(() => RunAsync(connections, settings.Round, ours, cancellationToken));
            mine.Add(outcome.PerSecond);
            times.AddRange(outcome.Milliseconds);
            other.Add((await RunAsync(connections, settings.Round, limit, cancellationToken)).PerSecond);
        }
        return new(mine.Median(), other.Median(), [.. times]);
    }

    /// <summary>Goes on for the given time.</summary>
    public static async Task<Outcome> RunAsync(
        int connections, TimeSpan duration, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        return await RunAsync(connections, () => Stopwatch.GetTimestamp() < end, act, cancellationToken);
    }

    /// <summary>Does <paramref name="count"/> things over the connections and returns when the last is done.</summary>
    public static Task<Outcome> CountAsync(int connections, int count, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var left = count;
        return RunAsync(connections, () => Interlocked.Decrement(ref left) >= 0, act, cancellationToken);
    }

    private static async Task<Outcome> RunAsync(
        int connections, Func<bool> another, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var milliseconds = new List<double>(8 * 1024);
            while (another())
            {
                var began = Stopwatch.GetTimestamp();
                await act(cancellationToken);
                milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return milliseconds;
        }, cancellationToken)));
        var elapsed = clock.Elapsed;
        var all = times.SelectMany(one => one).ToArray();
        return new(all.Length / elapsed.TotalSeconds, all);
    }
}

/// <summary>Medians and percentiles.</summary>
internal static class Statistics
{
    public static double Median(this IEnumerable<double> values) => values.ToArray().Percentile(0.5);

    /// <summary>The value that a share of all does not exceed; between the two middle ones where the median falls between.</summary>
    public static double Percentile(this double[] values, double share)
    {
        if (values.Length == 0)
            throw new InvalidOperationException("Nothing was measured.");
        var sorted = values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var (low, high) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return low + ((high - low) * (place - Math.Floor(place)));
    }
}
