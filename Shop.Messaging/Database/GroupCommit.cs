using System.Diagnostics.Metrics;
using Npgsql;

namespace Shop.Messaging.Database;

/// <summary>
/// Runs what several callers bring at the same time in one round trip and one transaction: the server's work for a message and for a commit
/// is then done once for all of them. Who comes alone does not wait.
/// <para>
/// When the server refuses a transaction of several, the commands of whoever it was run again by themselves and those of the others together, so that
/// nobody suffers from what another brought; where it cannot be told who it was, or is one after the other, all run by themselves. They must bear that. When it cannot be reached, all hear so, and nobody knows what has happened. The order of the callers in a transaction is chance, unless a
/// <see cref="Share"/> says what they lock.
/// </para>
/// </summary>
public sealed class GroupCommit(NpgsqlDataSource database)
{
    // While the disk takes one transaction the next one gathers its callers.
    private const int Lanes = 2;
    private const int MostCallers = 32;

    // A transaction that has so many already takes nobody else in: all of them wait for its end, and its locks are held until then.
    private const int MostCommands = 200;

    // So often a transaction is tried again without whoever was refused; the next time everybody tries by themselves, which then is quicker.
    private const int MostRefused = 3;

    private static readonly Counter<long> Refused = new Meter("Shop.Database").CreateCounter<long>(
        "shop.database.shared.refused", "{transaction}", "Transactions of several callers that the server refused, so that they were tried again without whoever it was, or one by one; by SQLSTATE.");

    private readonly Lock _lock = new();
    private readonly LinkedList<Caller> _waiting = [];
    private int _leaders;

    private enum Turn
    {
        /// <summary>The commands have been run and committed by another caller.</summary>
        Done,

        /// <summary>Run them, with those of whoever waits.</summary>
        Lead,

        /// <summary>Run them without others.</summary>
        Alone,
    }

    /// <summary>Runs the commands, in one transaction with others', or by themselves. Returns when it has committed.</summary>
    /// <param name="commands">The commands, not run before. What they lock, others do not, but for the same message that was delivered twice.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then unknown.</param>
    /// <returns>How many rows each command has affected.</returns>
    /// <exception cref="NpgsqlException">These commands have failed.</exception>
    public Task<IReadOnlyList<int>> RunAsync(IReadOnlyList<NpgsqlBatchCommand> commands, CancellationToken cancellationToken) =>
        RunAsync(new Share(commands), cancellationToken, cancellationToken);

    /// <summary>Runs the share, in one transaction with others, or by itself. Returns when it has committed.</summary>
    /// <param name="share">What to run.</param>
    /// <param name="waiting">Leaves the line, if it still stands there: then nothing has happened.</param>
    /// <param name="running">Gives up; the outcome is then unknown.</param>
    /// <returns>How many rows each of <see cref="Share.Commands"/> has affected.</returns>
    /// <exception cref="NpgsqlException">These commands have failed, or the server cannot be reached.</exception>
    public async Task<IReadOnlyList<int>> RunAsync(Share share, CancellationToken waiting, CancellationToken running)
    {
        var caller = new Caller(share);
        switch (Enter(caller) ? Turn.Lead : await WaitAsync(caller, waiting, running))
        {
            case Turn.Lead:
                await LeadAsync(caller, running);
                break;
            case Turn.Alone:
                await ExecuteAsync([caller], running);
                break;
        }
        return caller.Affected;
    }

    /// <summary>True when the caller leads at once; else it waits in line.</summary>
    private bool Enter(Caller caller)
    {
        lock (_lock)
        {
            if (_leaders < Lanes)
            {
                _leaders++;
                return true;
            }
            _waiting.AddLast(caller);
            return false;
        }
    }

    private async Task<Turn> WaitAsync(Caller caller, CancellationToken waiting, CancellationToken running)
    {
        try
        {
            return await caller.Turn.Task.WaitAsync(waiting);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (_waiting.Remove(caller))
                    throw;
            }
            var turn = await caller.Turn.Task;
            if (!running.IsCancellationRequested)
                return turn;
            if (turn is Turn.Lead)
                PassOn();
            throw;
        }
    }

    private async Task LeadAsync(Caller leader, CancellationToken cancellationToken)
    {
        var group = new List<Caller> { leader };
        var commands = leader.Share.Count;
        lock (_lock)
        {
            while (group.Count < MostCallers && commands < MostCommands && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                group.Add(next.Value);
                commands += next.Value.Share.Count;
            }
        }

        var alone = new List<Caller>();
        NpgsqlException? unreachable = null;
        try
        {
            await ExecuteWithoutRefusedAsync(group, alone, cancellationToken);
        }
        catch (NpgsqlException exception) when (exception is not PostgresException)
        {
            // Nobody's fault, and each would wait once more for a server that does not answer.
            unreachable = exception;
            throw;
        }
        finally
        {
            PassOn();
            foreach (var caller in group.Concat(alone).Where(caller => caller != leader))
            {
                if (unreachable is not null)
                    caller.Turn.TrySetException(unreachable);
                else
                    caller.Turn.TrySetResult(caller.IsDone ? Turn.Done : Turn.Alone);
            }
        }
        if (!leader.IsDone)
            await ExecuteAsync([leader], cancellationToken);
    }

    /// <summary>Runs what a group brings in one transaction, without those whose commands are refused: they move over to who runs alone.</summary>
    private async Task ExecuteWithoutRefusedAsync(List<Caller> group, List<Caller> alone, CancellationToken cancellationToken)
    {
        while (group.Count > 0)
        {
            try
            {
                await ExecuteAsync(group, cancellationToken);
                return;
            }
            catch (PostgresException exception) when (group.Count > 1 && !cancellationToken.IsCancellationRequested)
            {
                Refused.Add(1, new KeyValuePair<string, object?>("state", exception.SqlState));
                if (group.Find(caller => caller.Brought(exception.BatchCommand)) is not { } refused || alone.Count == MostRefused)
                    return;
                group.Remove(refused);
                alone.Add(refused);
            }
        }
    }

    /// <summary>Whoever waits longest leads next, in its own context, so that the transaction belongs to the trace of one of its callers.</summary>
    private void PassOn()
    {
        Caller? next;
        lock (_lock)
        {
            next = _waiting.First?.Value;
            if (next is null)
                _leaders--;
            else
                _waiting.RemoveFirst();
        }
        next?.Turn.SetResult(Turn.Lead);
    }

    // A command that has run knows the name of the statement that Npgsql has prepared for it, and takes that name to the next connection, where it
    // may be another statement's. So what may have to run again runs as a copy.
    private async Task ExecuteAsync(List<Caller> callers, CancellationToken cancellationToken)
    {
        var mayRunAgain = callers.Count > 1;
        callers = [.. callers.OrderBy(caller => caller.Share.Place, StringComparer.Ordinal)];
        await using var batch = new NpgsqlBatch();
        foreach (var caller in callers)
        {
            caller.Running.Clear();
            foreach (var command in caller.Share.Commands)
                Add(caller, command);
        }
        foreach (var (caller, last) in callers.SelectMany(caller => caller.Share.Last.Select(last => (caller, last))).OrderBy(one => one.last.Row))
            Add(caller, last.Command);

        await using (var reader = await database.ReadPreparedAsync(batch, cancellationToken))
        {
            foreach (var read in callers.Select(caller => caller.Share.Read).OfType<Func<NpgsqlDataReader, Task>>())
            {
                await read(reader);
                await reader.NextResultAsync(cancellationToken);
            }
            // The commit comes with the end.
            await reader.ToEndAsync(cancellationToken);
        }

        var affected = batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(command => command.RecordsAffected).ToList();
        var next = 0;
        foreach (var caller in callers)
        {
            caller.Affected = affected.GetRange(next, caller.Share.Commands.Count);
            next += caller.Share.Commands.Count;
            caller.IsDone = true;
        }

        void Add(Caller caller, NpgsqlBatchCommand command)
        {
            command = mayRunAgain ? CopyOf(command) : command;
            caller.Running.Add(command);
            batch.BatchCommands.Add(command);
        }
    }

    private static NpgsqlBatchCommand CopyOf(NpgsqlBatchCommand command)
    {
        var copy = new NpgsqlBatchCommand(command.CommandText);
        foreach (NpgsqlParameter parameter in command.Parameters)
            copy.Parameters.Add(parameter.Clone());
        return copy;
    }

    private sealed class Caller(Share share)
    {
        public Share Share => share;

        public IReadOnlyList<int> Affected { get; set; } = [];

        /// <summary>Its commands as they run, or ran last.</summary>
        public List<NpgsqlBatchCommand> Running { get; } = [];

        /// <summary>Whether they have committed.</summary>
        public bool IsDone { get; set; }

        public bool Brought(NpgsqlBatchCommand? command) => command is not null && Running.Contains(command);

        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
