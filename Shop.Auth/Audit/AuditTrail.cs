using Microsoft.AspNetCore.Identity;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

/// <summary>Records events in the database as well as in the log, so that staff can look them up.</summary>
internal sealed class AuditTrail(IServiceScopeFactory scopes, ILookupNormalizer normalizer, TimeProvider clock, ILoggerFactory loggers) : AuditLog(loggers)
{
    /// <summary>Records an event that changes nothing else in the database. For one that does, <see cref="AuditedTransaction"/> commits both together.</summary>
    public override async Task RecordAsync(HttpContext http, AuditEvent what)
    {
        Log(http, what);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        db.Add(Row(http, what));
        await db.SaveChangesAsync(CancellationToken.None);
    }

    /// <summary>The row for an event, with characters removed that could do harm where it is displayed.</summary>
    public AuditRow Row(HttpContext http, AuditEvent what) => new()
    {
        At = clock.GetUtcNow(),
        ActorId = ActorOf(http, what),
        ActorEmail = EmailOf(http, what),
        Action = what.Action,
        Outcome = what.Outcome,
        Subject = Neutral(what.Subject, AuditRow.MaxSubject),
        Ip = IpOf(http),
        UserAgent = UserAgentOf(http),
        Detail = Neutral(what.Detail, AuditRow.MaxDetail),
    };

    /// <summary>Writes the log entry only, for an event whose row is already in the database or should not be there.</summary>
    public void LogOnly(HttpContext http, AuditEvent what) => Log(http, what);

    private string? EmailOf(HttpContext http, AuditEvent what) => what.WithoutEmail
        ? null
        : normalizer.NormalizeEmail(Neutral(what.ActorEmail ?? http.User.FindFirst("email")?.Value, AuditRow.MaxEmail));
}
