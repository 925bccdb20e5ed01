namespace Shop.Admin.Audit;

/// <summary>Who did what, as Auth tells it.</summary>
public sealed record AuditRecord(
    Guid Id, DateTimeOffset At, Guid? ActorId, string? ActorEmail, string Action, string? Subject, string Outcome, string? Ip, string? UserAgent, string? Detail)
{
    /// <summary>Who it was, as far as that is known.</summary>
    public string Who => ActorEmail?.ToLowerInvariant() ?? ActorId?.ToString() ?? "unknown";
}
