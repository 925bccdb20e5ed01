using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Inbox;
using Shop.Messaging.Outbox;

namespace Shop.Messaging.Consuming;

/// <summary>One try at a message: where it came from, and the commands that record what comes of it.</summary>
public sealed class Delivery
{
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<Action> _afterCommit = [];
    private IReadOnlyList<int> _affected = [];

    internal Delivery(string queue, Guid messageId, int attempt)
    {
        (Queue, MessageId, Attempt) = (queue, messageId, attempt);
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
    /// Set when the commands lock rows that other transactions lock in another order, as those of several products: they then run in a
    /// transaction of their own. Else they may share it with those of other messages that are handled at the same time.
    /// </summary>
    public bool OwnTransaction { get; set; }

    /// <summary>
    /// The commands that record the outcome, run in one round trip and one transaction when the handler has returned.
    /// The first one is the inbox's.
    /// </summary>
    internal IReadOnlyList<NpgsqlBatchCommand> Commands => _commands;

    /// <summary>Adds a command with positional parameters (<c>$1</c>, <c>$2</c>, ...) and returns it. Null is sent without a type.</summary>
    public NpgsqlBatchCommand Add(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        _commands.Add(command);
        return command;
    }

    /// <summary>Adds a command.</summary>
    public void Add(NpgsqlBatchCommand command) => _commands.Add(command);

    /// <summary>Adds an event: it is published if, and after, the transaction commits.</summary>
    public void Publish<T>(T message) where T : IContract => Add(OutboxWriter.Insert(message));

    /// <summary>How many rows a command of this delivery has affected; 0 before the transaction has committed, and when an earlier delivery did it.</summary>
    public int Affected(NpgsqlBatchCommand command) => _affected.ElementAtOrDefault(_commands.IndexOf(command));

    /// <summary>
    /// Does this when the transaction has committed, now or at an earlier delivery. A crash in between may leave it undone: for wake-up calls, not
    /// for what has to happen.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void Committed(IReadOnlyList<int> affected)
    {
        _affected = affected;
        _afterCommit.ForEach(action => action());
    }
}
