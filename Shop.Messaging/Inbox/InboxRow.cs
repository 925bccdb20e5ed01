namespace Shop.Messaging.Inbox;

/// <summary>A message that has been handled, written in the handler's transaction. It makes a redelivered message change nothing.</summary>
public sealed class InboxRow
{
    internal const string KeyName = "pk_inbox";
    internal const string InsertSql = "INSERT INTO inbox (queue, message_id) VALUES ($1, $2)";

    /// <summary>The queue that it came from: one event may be handled once for each queue that it goes to.</summary>
    public required string Queue { get; init; }

    /// <summary>The id that its sender's outbox gave it.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>When it was handled, UTC.</summary>
    public DateTimeOffset HandledAt { get; init; }
}
