namespace Shop.ServiceDefaults.Hosting;

/// <summary>The delay before the next try: 50 ms, doubling up to 2 s, less up to a half at random so that many callers do not return at once.</summary>
public static class Backoff
{
    private const double FirstMilliseconds = 50;
    private const double LongestMilliseconds = 2_000;

    /// <param name="attempt">How many tries have failed, 1 or more.</param>
    public static TimeSpan After(int attempt)
    {
        var full = Math.Min(FirstMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)), LongestMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - (Random.Shared.NextDouble() / 2)));
    }
}
