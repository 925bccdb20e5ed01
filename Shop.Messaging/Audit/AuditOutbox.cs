using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Audit;

namespace Shop.Messaging.Audit;

/// <summary>
/// Sends audit records to Auth, where staff can search them, and to the log. They go through the outbox: a change and its record are written in one
/// transaction.
/// </summary>
public sealed class AuditOutbox(Transactions transactions, ILoggerFactory loggers) : AuditLog(loggers), IDisposable
{
    /// <summary>
    /// How many records of one caller's refusals a minute each replica sends: a caller that is refused again and again would fill the outbox. The log
    /// has them all.
    /// </summary>
    internal const int PerMinute = 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger<AuditOutbox>();

    private readonly PartitionedRateLimiter<HttpContext> _limit = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        RateLimitPartition.GetFixedWindowLimiter(http.User.FindFirst("sub")?.Value ?? "", _ => new()
        {
            PermitLimit = PerMinute,
            Window = TimeSpan.FromMinutes(1),
        }));

    /// <summary>
    /// Records what changes nothing in the database, as refusals do. When the database is unavailable only the log has it: the answer does not depend on
    /// the record.
    /// </summary>
    public override async Task RecordAsync(HttpContext http, AuditEvent what)
    {
        Log(http, what);
        using var lease = _limit.AttemptAcquire(http);
        if (!lease.IsAcquired)
            return;
        try
        {
            var work = transactions.Begin();
            work.Publish(Of(http, what));
            await work.CommitAsync(CancellationToken.None).WaitAsync(Timeout);
        }
        catch (Exception exception)
        {
            _logger.LogWarning("{Action} {Outcome} is recorded in the log only: {Reason}", what.Action, what.Outcome, exception.Message);
        }
    }

    /// <summary>The event to publish in the transaction that changes something. Call <see cref="Recorded"/> after the commit.</summary>
    public static AuditRecorded Of(HttpContext http, AuditEvent what) => new(
        what.Action, what.Outcome, ActorOf(http, what), Neutral(what.Subject, MaxSubject), IpOf(http), UserAgentOf(http), Neutral(what.Detail, MaxDetail),
        DateTimeOffset.UtcNow);

    /// <summary>Writes the log entry of an event whose transaction has committed.</summary>
    public void Recorded(HttpContext http, AuditEvent what) => Log(http, what);

    /// <inheritdoc />
    public void Dispose() => _limit.Dispose();
}
