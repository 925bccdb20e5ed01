using Shop.Auth.Sessions;

namespace Shop.Auth.OpenIdConnect.Keys;

/// <summary>
/// The life cycle of a signing key: published, then in use, then still published to verify what it has signed, then deleted. From <c>Auth:Keys</c>.
/// </summary>
internal sealed class KeySchedule
{
    /// <summary>How long a key is used for signing.</summary>
    public TimeSpan RotateAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a key is published before it is used. Longer than the time for which verifiers keep the published keys (10 minutes for the shop's services),
    /// <see cref="KeptByCaches"/> and <see cref="CheckEvery"/> together, so that no verifier sees a token before its key.
    /// </summary>
    public TimeSpan PublishFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often each replica checks for a due rotation, and for keys that others have made.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The max-age of the published keys for HTTP caches.</summary>
    public static TimeSpan KeptByCaches { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a key is kept after its successor is in use: the lifetime of a refresh token, which lives longest of what it signs, and a margin.
    /// </summary>
    public static TimeSpan KeepFor { get; } = UserSessions.Lifetime + TimeSpan.FromHours(1);

    /// <exception cref="InvalidOperationException">The times contradict each other.</exception>
    public static KeySchedule From(IConfiguration configuration)
    {
        var schedule = configuration.GetSection("Auth:Keys").Get<KeySchedule>() ?? new();
        // At least 2 days, so that only a handful of keys is published at a time.
        return schedule.RotateAfter >= TimeSpan.FromDays(2) && schedule.PublishFor > TimeSpan.FromMinutes(16) && schedule.PublishFor < schedule.RotateAfter / 2
            && schedule.CheckEvery > TimeSpan.Zero && schedule.CheckEvery <= TimeSpan.FromMinutes(1)
            ? schedule
            : throw new InvalidOperationException(
                "Auth:Keys needs a RotateAfter of 2 days or more, a PublishFor between 16 minutes and half of that, and a CheckEvery of at most a minute.");
    }

    /// <summary>Whether the next key is due, given when the newest was made.</summary>
    public bool IsDue(DateTimeOffset newest, DateTimeOffset now) => now >= newest + RotateAfter;

    /// <summary>The key that signs: the newest that has been published for long enough, else the oldest there is.</summary>
    /// <param name="keys">All signing keys, newest first.</param>
    /// <param name="now">The time.</param>
    public ServerKey InUse(IReadOnlyList<ServerKey> keys, DateTimeOffset now) => keys.FirstOrDefault(key => now >= key.CreatedAt + PublishFor) ?? keys[^1];

    /// <summary>The keys whose signatures have all expired.</summary>
    /// <param name="keys">All signing keys, newest first.</param>
    /// <param name="now">The time.</param>
    public IEnumerable<ServerKey> Ended(IReadOnlyList<ServerKey> keys, DateTimeOffset now) =>
        keys.Skip(1).Where((_, i) => now >= keys[i].CreatedAt + PublishFor + KeepFor);
}
