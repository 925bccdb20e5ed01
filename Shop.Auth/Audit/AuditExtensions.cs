using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Auth.Users;
using Shop.Messaging;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

internal static class AuditExtensions
{
    /// <summary>
    /// Records what happens here, and what other services say happened there. Nobody who signs in waits for the broker: without it Auth is
    /// degraded, no more.
    /// </summary>
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.AddMessaging(
            "messaging", messaging => messaging.Consume(Topology.AuthAudit).Handle<AuditRecorded, AuditRecordedHandler>(), HealthStatus.Degraded);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<AuditTrail>();
        // The last word: what happens here is in the table at once.
        builder.Services.AddSingleton<AuditLog>(services => services.GetRequiredService<AuditTrail>());
        builder.Services.AddScoped<Change>();
        builder.Services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<AuditPruning>();
    }

    /// <summary>The table, with an index for each way in which it is read and pruned.</summary>
    public static void AddAudit(this ModelBuilder model) => model.Entity<AuditRow>(row =>
    {
        row.ToTable("audit");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.ActorEmail).HasMaxLength(EmailAddress.MaxLength);
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
    });
}
