using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;

namespace Shop.Messaging.Database;

/// <summary>
/// What a request or a message changes: statements that are committed together, in one round trip, and the events that they cause. Begun by
/// <see cref="Transactions.Begin"/>, committed once. A statement may run more than once before it is committed once, after the server refused a first try.
/// </summary>
public sealed class UnitOfWork
{
    private readonly Transactions _transactions;
    private readonly List<Action> _afterCommit = [];

    internal UnitOfWork(Transactions transactions, string lockKey) => (_transactions, LockKey) = (transactions, lockKey);

    internal string LockKey { get; }

    internal List<Statement> First { get; } = [];

    internal List<(Guid Row, Statement Statement)> Last { get; } = [];

    /// <summary>Locks rows in an order that is not known here, so that it shares its transaction with nobody.</summary>
    internal bool IsExclusive { get; private set; }

    internal bool HasEvents { get; private set; }

    internal IEnumerable<Statement> Statements => First.Concat(Last.Select(last => last.Statement));

    /// <summary>Adds a statement.</summary>
    /// <param name="sql">One of few texts: the server keeps it prepared.</param>
    /// <param name="values">Its parameters <c>$1</c>, <c>$2</c>, ...</param>
    public Statement Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Add(new Statement(sql), values);
        First.Add(statement);
        return statement;
    }

    /// <summary>Adds a statement that returns rows.</summary>
    /// <param name="sql">One of few texts: the server keeps it prepared.</param>
    /// <param name="read">Reads the rows, at each run. What it read counts only after the commit.</param>
    /// <param name="values">Its parameters <c>$1</c>, <c>$2</c>, ...</param>
    public Statement Read(string sql, Func<NpgsqlDataReader, Task> read, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Add(new Statement(sql) { Read = read }, values);
        First.Add(statement);
        return statement;
    }

    /// <summary>
    /// Adds a statement that locks a row that others lock, too, like an order or the stock of a product. It runs after those of <see cref="Execute"/>, in the
    /// order of the rows' keys: transactions may wait for each other, but never in a circle.
    /// </summary>
    /// <param name="row">The row's key.</param>
    /// <param name="sql">One of few texts: the server keeps it prepared.</param>
    /// <param name="values">Its parameters <c>$1</c>, <c>$2</c>, ...</param>
    public Statement ExecuteLast(Guid row, string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Add(new Statement(sql), values);
        Last.Add((row, statement));
        return statement;
    }

    /// <summary>Adds a statement that locks such rows without their keys being known here, in the order of the keys.</summary>
    /// <param name="sql">One of few texts: the server keeps it prepared.</param>
    /// <param name="values">Its parameters <c>$1</c>, <c>$2</c>, ...</param>
    public Statement ExecuteLast(string sql, params ReadOnlySpan<SqlValue> values)
    {
        IsExclusive = true;
        return ExecuteLast(Guid.Empty, sql, values);
    }

    /// <summary>Publishes an event, whatever the statements change.</summary>
    public void Publish<T>(T message) where T : IContract => Execute(PublishSql<T>.Text, Event.Of(message));

    /// <summary>Does this after the commit. A crash may come first: for wake-up calls and logs, not for what has to happen.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Commits; then the events are on their way.</summary>
    /// <param name="cancellationToken">Gives up as long as nothing has run. What runs is not interrupted: it may commit all the same.</param>
    /// <exception cref="NpgsqlException">A statement was refused, and nothing has happened; or the server cannot be reached, and nobody knows.</exception>
    /// <exception cref="ServiceDefaults.Errors.UnavailableException">The database is too busy, and nothing has happened.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _transactions.CommitAsync(this, cancellationToken);
        if (HasEvents)
            _transactions.Outbox.Set();
        Committed();
    }

    /// <summary>Does what is to be done after the commit: this one, or an earlier one of the same work.</summary>
    internal void Committed() => _afterCommit.ForEach(action => action());

    private Statement Add(Statement statement, ReadOnlySpan<SqlValue> values)
    {
        foreach (var value in values)
            HasEvents |= value.Event is not null;
        SqlValue.AddTo(statement.Command.Parameters, values);
        return statement;
    }

    private static class PublishSql<T> where T : IContract
    {
        public static readonly string Text = OutboxSql.Insert<T>();
    }
}

/// <summary>A statement of a <see cref="UnitOfWork"/>.</summary>
public sealed class Statement
{
    internal Statement(string sql) => Command = new(sql);

    /// <summary>How many rows it has changed; 0 before the commit.</summary>
    public int RowsAffected { get; internal set; }

    internal NpgsqlBatchCommand Command { get; private set; }

    internal Func<NpgsqlDataReader, Task>? Read { get; init; }

    /// <summary>
    /// Makes it a command that has not run. One that has knows the name under which its connection prepared it, which on another connection may be
    /// another statement's.
    /// </summary>
    internal void Renew()
    {
        var copy = new NpgsqlBatchCommand(Command.CommandText);
        foreach (NpgsqlParameter parameter in Command.Parameters)
            copy.Parameters.Add(parameter.Clone());
        Command = copy;
    }
}
