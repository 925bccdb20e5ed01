namespace Shop.Messaging.Broker;

/// <summary>How long to wait before the next try: doubling from 50 ms to 2 s, and up to a half of it less, so that many do not come at once.</summary>
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
