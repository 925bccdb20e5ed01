using System.Diagnostics;

namespace Shop.Tests;

/// <summary>Waits on a condition instead of sleeping.</summary>
internal static class Eventually
{
    /// <summary>Asks again every 50 ms until the answer is not null and returns it; fails after <paramref name="seconds"/>.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> ask, string what, double seconds = 30) where T : class
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            if (await ask() is { } answer)
                return answer;
        }
        while (clock.Elapsed.TotalSeconds < seconds && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));

        throw new TimeoutException($"Not within {seconds} s: {what}");
    }

    /// <summary>Asks again every 50 ms until the answer is true; fails after <paramref name="seconds"/>.</summary>
    public static Task TrueAsync(Func<Task<bool>> ask, string what, double seconds = 30) =>
        GetAsync(async () => await ask() ? "yes" : null, what, seconds);

    /// <summary>Asks again every 50 ms until the answer is the expected one; fails after <paramref name="seconds"/>.</summary>
    public static async Task EqualAsync<T>(T expected, Func<Task<T>> ask, double seconds = 30)
    {
        var last = default(T);
        try
        {
            await TrueAsync(async () => EqualityComparer<T>.Default.Equals(last = await ask(), expected), $"{expected}", seconds);
        }
        catch (TimeoutException)
        {
            Assert.Equal(expected, last);
        }
    }
}
