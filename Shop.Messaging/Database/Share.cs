using Npgsql;

namespace Shop.Messaging.Database;

/// <summary>
/// What one caller brings to a transaction that it may share with others (<see cref="GroupCommit"/>). What it brings may run more than once, but is
/// committed once.
/// </summary>
/// <param name="Commands">The commands, not run before.</param>
public sealed record Share(IReadOnlyList<NpgsqlBatchCommand> Commands)
{
    /// <summary>
    /// Names what the commands lock that others lock, too; shares of a transaction run in the ordinal order of it, so that no two transactions wait for
    /// each other. Empty when they lock nothing of the kind.
    /// </summary>
    public string Place { get; init; } = "";

    /// <summary>
    /// Commands that each lock a row that many want: they run last, in the order of the rows' keys, and those of one transaction do so together. Locked in
    /// this order by everybody, none waits for one who waits for it.
    /// </summary>
    public IReadOnlyList<(Guid Row, NpgsqlBatchCommand Command)> Last { get; init; } = [];

    /// <summary>
    /// Reads the one result that the commands return, each time that they run; null when they return none. What was read is true only when the transaction
    /// has committed.
    /// </summary>
    public Func<NpgsqlDataReader, Task>? Read { get; init; }

    internal int Count => Commands.Count + Last.Count;
}
