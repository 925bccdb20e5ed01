using Microsoft.AspNetCore.Identity;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

/// <summary>Records events in the database as well as in the log, where staff can look them up.</summary>
internal sealed class AuditTrail(IServiceScopeFactory scopes, ILookupNormalizer normalizer, TimeProvider clock, ILoggerFactory loggers) : AuditLog(loggers)
{
    /// <summary>Records an event that changes nothing in the database itself. Where it does, <see cref="Change"/> records both or neither.</summary>
    public override async Task RecordAsync(HttpContext http, AuditEvent what)
    {
        Log(http, what);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        db.Add(Row(http, what));
        await db.SaveChangesAsync(CancellationToken.None);
    }

    /// <summary>Records that somebody tried to sign in and may not.</summary>
    /// <param name="http">Their request.</param>
    /// <param name="email">What they typed; kept only if it is an address, since people also type passwords there.</param>
    /// <param name="user">Whose account they tried; null: there is none.</param>
    public Task RecordRefusedSignInAsync(HttpContext http, string email, Guid? user) => RecordAsync(http, new("sign-in", AuditEvent.Failed, user?.ToString())
    {
        ActorEmail = EmailAddress.Clean(email) is var address && EmailAddress.Fault(address) is null ? address : null,
    });

    /// <summary>The row of an event, without any character that could do harm where it is shown.</summary>
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

    /// <summary>Writes the log entry alone: of an event whose row is in the database, or is to be in none.</summary>
    public void Recorded(HttpContext http, AuditEvent what) => Log(http, what);

    private string? EmailOf(HttpContext http, AuditEvent what) => what.WithoutEmail
        ? null
        : normalizer.NormalizeEmail(Neutral(what.ActorEmail ?? http.User.FindFirst("email")?.Value, EmailAddress.MaxLength));
}
