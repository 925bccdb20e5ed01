namespace Shop.Messaging.DeadLetters;

/// <summary>A message that could not be handled. Staff replays or deletes it; replayed ones are kept, so that none is replayed twice.</summary>
public sealed class DeadLetterRow
{
    /// <summary>Time-ordered.</summary>
    public required Guid Id { get; init; }

    /// <summary>The queue whose consumer could not handle it, and where it is sent again.</summary>
    public required string Queue { get; init; }

    /// <summary>Identifies the message in its queue: its id, or a hash of its bytes if it has no usable id.</summary>
    public required Guid MessageKey { get; init; }

    /// <summary>The id as its sender gave it; null: none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The contract's name, if it is one; null: none given.</summary>
    public string? Type { get; init; }

    /// <summary>The routing key that its sender used; null: not known.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Why it could not be handled.</summary>
    public required string Reason { get; init; }

    /// <summary>Its sender's headers as readable JSON.</summary>
    public required string Headers { get; init; }

    /// <summary>Of the body; null: none given.</summary>
    public string? ContentType { get; init; }

    /// <summary>All its properties and headers as they are on the wire, to send it again exactly as it was.</summary>
    public required byte[] Properties { get; init; }

    /// <summary>As its sender gave it.</summary>
    public required byte[] Body { get; init; }

    /// <summary>When it died last, UTC.</summary>
    public required DateTimeOffset DiedAt { get; init; }

    /// <summary>How often it died.</summary>
    public required int Deaths { get; init; }

    /// <summary>Its last deaths, the newest first: one that is delivered again changes nothing.</summary>
    public required Guid[] DeathIds { get; init; }

    /// <summary>When it was sent again, UTC; null: it waits.</summary>
    public DateTimeOffset? ReplayedAt { get; init; }
}
