using Shop.Auth.Tokens;

namespace Shop.Auth.Keys;

/// <summary>
/// The life of a signing key: made and published, then in use, then published still for what it has signed, then removed.
/// From <c>Auth:Keys</c>.
/// </summary>
internal sealed class KeySchedule
{
    /// <summary>How long a key signs before the next one does.</summary>
    public TimeSpan RotateAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a key is published before it signs. Longer than what others keep of the published keys (10 minutes for our services),
    /// <see cref="KeptByCaches"/> and <see cref="CheckEvery"/> together, so that nobody meets a token of a key that they have not seen.
    /// </summary>
    public TimeSpan PublishFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often each replica looks for keys that others have made, and whether one is due.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long caches on the way may keep the published keys.</summary>
    public static TimeSpan KeptByCaches { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a key is kept after its successor signs: as long as the longest-lived of what it signs, a refresh token, and somewhat more.
    /// </summary>
    public static TimeSpan KeepFor { get; } = SessionTokens.Lifetime + TimeSpan.FromHours(1);

    /// <exception cref="InvalidOperationException">The times do not go together.</exception>
    public static KeySchedule From(IConfiguration configuration)
    {
        var schedule = configuration.GetSection("Auth:Keys").Get<KeySchedule>() ?? new();
        // So rarely that a handful of keys at most is published at a time.
        return schedule.RotateAfter >= TimeSpan.FromDays(2) && schedule.PublishFor > TimeSpan.FromMinutes(16) && schedule.PublishFor < schedule.RotateAfter / 2
            && schedule.CheckEvery > TimeSpan.Zero && schedule.CheckEvery <= TimeSpan.FromMinutes(1)
            ? schedule
            : throw new InvalidOperationException(
                "Auth:Keys needs a RotateAfter of 2 days or more, a PublishFor between 16 minutes and half of that, and a CheckEvery of at most a minute.");
    }

    /// <summary>Whether the next key is to be made, if this is when the newest was.</summary>
    public bool IsDue(DateTimeOffset newest, DateTimeOffset now) => now >= newest + RotateAfter;

    /// <summary>The key that signs: the newest that has been published for long enough, else the oldest there is.</summary>
    /// <param name="keys">All signing keys, newest first.</param>
    /// <param name="now">The time.</param>
    public ServerKey InUse(IReadOnlyList<ServerKey> keys, DateTimeOffset now) => keys.FirstOrDefault(key => now >= key.CreatedAt + PublishFor) ?? keys[^1];

    /// <summary>The keys that nothing valid is signed with any more.</summary>
    /// <param name="keys">All signing keys, newest first.</param>
    /// <param name="now">The time.</param>
    public IEnumerable<ServerKey> Ended(IReadOnlyList<ServerKey> keys, DateTimeOffset now) =>
        keys.Skip(1).Where((_, i) => now >= keys[i].CreatedAt + PublishFor + KeepFor);
}
