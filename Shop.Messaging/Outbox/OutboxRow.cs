namespace Shop.Messaging.Outbox;

/// <summary>An event that waits in its service's database, written in the transaction that caused it, until the broker has confirmed it.</summary>
public sealed class OutboxRow
{
    /// <summary>Time-ordered; becomes the message id, by which consumers know a message that they have handled before.</summary>
    public required Guid Id { get; init; }

    /// <summary>The contract's name.</summary>
    public required string Type { get; init; }

    /// <summary>The contract as JSON, byte for byte what will be on the wire: hence <c>json</c> in the database, not <c>jsonb</c>.</summary>
    public required string Payload { get; init; }

    /// <summary>W3C trace context of the cause; null when it was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>W3C trace state of the cause; null when there is none.</summary>
    public string? TraceState { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>How often the broker has refused it.</summary>
    public int Attempts { get; init; }

    /// <summary>Not to be tried again before this time; null: now.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
