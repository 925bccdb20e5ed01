namespace Shop.Auth.Audit;

/// <summary>A recorded event, as stored.</summary>
internal sealed class AuditRow
{
    public const int MaxAction = 40;
    public const int MaxOutcome = 16;
    public const int MaxSubject = 100;
    public const int MaxIp = 45;
    public const int MaxUserAgent = 256;
    public const int MaxDetail = 512;

    /// <summary>Sorts by time.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public DateTimeOffset At { get; init; }

    /// <summary>The user who did it; null when nobody was signed in.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>Their address, or the one they tried to sign in with, in capitals; null when unknown or when the account was deleted since.</summary>
    public string? ActorEmail { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    /// <summary>What it was done to: a user's, session's or role's id or name; null when nothing in particular.</summary>
    public string? Subject { get; init; }

    public string? Ip { get; init; }

    public string? UserAgent { get; init; }

    public string? Detail { get; init; }
}
