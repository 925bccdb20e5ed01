namespace Shop.Messaging.Contracts;

/// <summary>
/// Sessions ended before their access tokens did: their users signed out, have a new password, were locked, or deleted their accounts. Services that
/// take orders must not accept these tokens any more.
/// </summary>
/// <param name="Sessions">The sessions, which their tokens name as <c>oi_au_id</c>.</param>
/// <param name="At">When, UTC.</param>
public sealed record SessionsEnded(IReadOnlyList<Guid> Sessions, DateTimeOffset At) : IContract
{
    /// <summary>How many one message names at most.</summary>
    public const int Most = 500;

    /// <inheritdoc />
    public static string Name => "sessions.ended.v1";
}
