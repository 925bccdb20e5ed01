namespace Shop.ServiceDefaults.Audit;

/// <summary>Something that matters when an incident is investigated. Never put a password, a token or a card number in it.</summary>
/// <param name="Action">What was done, the same for ever: <c>payment.refund</c>.</param>
/// <param name="Outcome"><see cref="Ok"/>, <see cref="Failed"/> or <see cref="Refused"/>.</param>
/// <param name="Subject">The id of what it was done to; null: nothing in particular.</param>
/// <param name="Detail">What else there is to say; null: nothing.</param>
public sealed record AuditEvent(string Action, string Outcome, string? Subject = null, string? Detail = null)
{
    /// <summary>It was done.</summary>
    public const string Ok = "ok";

    /// <summary>It was tried, and could not be done: a wrong password, say.</summary>
    public const string Failed = "failed";

    /// <summary>The caller is not permitted to do it.</summary>
    public const string Refused = "refused";

    /// <summary>Whose doing it is; null: the caller's.</summary>
    public Guid? Actor { get; init; }

    /// <summary>Their address, or the one that they claim; null: the caller's.</summary>
    public string? ActorEmail { get; init; }

    /// <summary>Leaves the address out of the record: the account is gone.</summary>
    public bool WithoutEmail { get; init; }
}
