using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Audit;

/// <summary>A recorded event, as stored.</summary>
internal sealed class AuditRow
{
    /// <summary>The longest address that SMTP can deliver to.</summary>
    public const int MaxEmail = 254;

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

    /// <summary>The actor's normalized address, or the one given at a failed sign-in; null when unknown or when the account was deleted since.</summary>
    public string? ActorEmail { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    /// <summary>The id or name of the user, session or role that was affected; null for none in particular.</summary>
    public string? Subject { get; init; }

    public string? Ip { get; init; }

    public string? UserAgent { get; init; }

    public string? Detail { get; init; }
}

internal static class AuditModel
{
    /// <summary>The table, with an index for each query that reads or prunes it.</summary>
    public static void AddAudit(this ModelBuilder model) => model.Entity<AuditRow>(row =>
    {
        row.ToTable("audit");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.ActorEmail).HasMaxLength(AuditRow.MaxEmail);
        row.Property(r => r.Action).HasMaxLength(AuditRow.MaxAction);
        row.Property(r => r.Outcome).HasMaxLength(AuditRow.MaxOutcome);
        row.Property(r => r.Subject).HasMaxLength(AuditRow.MaxSubject);
        row.Property(r => r.Ip).HasMaxLength(AuditRow.MaxIp);
        row.Property(r => r.UserAgent).HasMaxLength(AuditRow.MaxUserAgent);
        row.Property(r => r.Detail).HasMaxLength(AuditRow.MaxDetail);
        row.HasIndex(r => new { r.At, r.Id });
        row.HasIndex(r => new { r.ActorId, r.At, r.Id });
        row.HasIndex(r => new { r.ActorEmail, r.At, r.Id });
        row.HasIndex(r => new { r.Action, r.At, r.Id });
        row.HasIndex(r => new { r.Subject, r.At, r.Id }).HasFilter("subject IS NOT NULL");
    });
}
