namespace Shop.Messaging.Contracts;

/// <summary>
/// Somebody did something, or was refused, that matters when an incident is investigated. Carries an id and no e-mail address, so that it names nobody once the
/// account is deleted.
/// </summary>
/// <param name="Action">What was done: <c>payment.refund</c>.</param>
/// <param name="Outcome"><c>ok</c>, <c>failed</c> or <c>refused</c>.</param>
/// <param name="ActorId">The user who did it; null: unknown.</param>
/// <param name="Subject">The id of what it was done to; null: nothing in particular.</param>
/// <param name="Ip">Where the request came from; null: not over a network.</param>
/// <param name="UserAgent">The program that the request says it came from; null: it does not say.</param>
/// <param name="Detail">What else there is to say; null: nothing.</param>
/// <param name="At">When it was done, UTC.</param>
public sealed record AuditRecorded(
    string Action, string Outcome, Guid? ActorId, string? Subject, string? Ip, string? UserAgent, string? Detail, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public static string Name => "audit.recorded.v1";
}
