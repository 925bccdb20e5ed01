using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

/// <summary>
/// Stores what another service recorded, under the id of the message, so that a redelivery changes nothing. The sender is trusted, but it
/// passes on what came from outside, so lengths and characters are checked here as well.
/// </summary>
internal sealed class AuditRecordedHandler : IHandle<AuditRecorded>
{
    // - least(): a sender whose clock is ahead would otherwise put its records above all others.
    // - FOR KEY SHARE: an account that is being deleted at the same time leaves no address behind.
    private const string InsertSql = """
        INSERT INTO audit (id, at, actor_id, actor_email, action, outcome, subject, ip, user_agent, detail)
        VALUES ($1, least($2, now()), $3, (SELECT normalized_email FROM users WHERE id = $3 FOR KEY SHARE), $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO NOTHING
        """;

    public Task HandleAsync(AuditRecorded message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.Action.Length is 0 or > AuditRow.MaxAction)
            throw new PermanentException($"An action has 1 to {AuditRow.MaxAction} characters.");
        if (message.Outcome is not (AuditEvent.Ok or AuditEvent.Failed or AuditEvent.Refused))
            throw new PermanentException("There is no such outcome.");
        delivery.Work.Execute(
            InsertSql,
            delivery.MessageId,
            message.At.ToUniversalTime(),
            message.ActorId,
            AuditLog.Neutral(message.Action, AuditRow.MaxAction),
            message.Outcome,
            AuditLog.Neutral(message.Subject, AuditRow.MaxSubject),
            AuditLog.Neutral(message.Ip, AuditRow.MaxIp),
            AuditLog.Neutral(message.UserAgent, AuditRow.MaxUserAgent),
            AuditLog.Neutral(message.Detail, AuditRow.MaxDetail));
        return Task.CompletedTask;
    }
}
