namespace Shop.Messaging.Broker;

/// <summary>How long to wait before the next try: 50 ms, doubling up to 2 s, and up to a half less, so that many do not come at once.</summary>
internal static class Backoff
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
