using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Inbox;
using Shop.Messaging.Outbox;

namespace Shop.Messaging;

/// <summary>One try at a message: where it came from, and the batch that records what comes of it.</summary>
public sealed class Delivery : IAsyncDisposable
{
    internal Delivery(NpgsqlDataSource database, string queue, Guid messageId, int attempt)
    {
        (Queue, MessageId, Attempt) = (queue, messageId, attempt);
        Batch = database.CreateBatch();
        // First and plain: for a message that was handled before it fails on its key and takes the rest of the batch with it.
        Add(InboxRow.InsertSql, queue, messageId);
    }

    /// <summary>The queue that it came from.</summary>
    public string Queue { get; }

    /// <summary>The id that its sender gave it, the same at each delivery.</summary>
    public Guid MessageId { get; }

    /// <summary>1 at the first try, counted by this process.</summary>
    public int Attempt { get; }

    /// <summary>
    /// The commands that record the outcome, run in one round trip and one implicit transaction when the handler has returned.
    /// The first one is the inbox's.
    /// </summary>
    public NpgsqlBatch Batch { get; }

    internal bool HasPublished { get; private set; }

    /// <summary>Adds a command with positional parameters (<c>$1</c>, <c>$2</c>, ...) to the batch. Null is sent without a type.</summary>
    public void Add(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        Batch.BatchCommands.Add(command);
    }

    /// <summary>Adds an event to the batch: it is published if, and after, the batch commits.</summary>
    public void Publish<T>(T message) where T : IContract
    {
        Batch.Publish(message);
        HasPublished = true;
    }

    /// <summary>Gives the batch back.</summary>
    public ValueTask DisposeAsync() => Batch.DisposeAsync();
}
