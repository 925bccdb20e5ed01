using Npgsql;

namespace Shop.ServiceDefaults.Database;

/// <summary>
/// Runs what several callers bring at the same time in one round trip and one transaction: the server's work for a message and for a commit
/// is then done once for all of them. Who comes alone does not wait.
/// <para>
/// When a transaction of several fails, nothing of it has happened, or nobody knows; then each caller's commands run again, by themselves,
/// so that nobody suffers from what another brought. They must bear that. And the order of the callers in a transaction is chance, unless a
/// <see cref="Share"/> says what they lock.
/// </para>
/// </summary>
public sealed class GroupCommit(NpgsqlDataSource database)
{
    // While the disk takes one transaction the next one gathers its callers.
    private const int Lanes = 2;
    private const int MostCallers = 32;

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
    /// <param name="commands">The commands, not run before; they lock nothing that others lock.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then unknown.</param>
    /// <returns>How many rows each command has affected.</returns>
    /// <exception cref="NpgsqlException">These commands have failed.</exception>
    public Task<IReadOnlyList<int>> RunAsync(IReadOnlyList<NpgsqlBatchCommand> commands, CancellationToken cancellationToken) =>
        RunAsync(new Share(commands), cancellationToken);

    /// <summary>Runs the share, in one transaction with others, or by itself. Returns when it has committed.</summary>
    /// <param name="share">What to run.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then unknown.</param>
    /// <returns>How many rows each of <see cref="Share.Commands"/> has affected.</returns>
    /// <exception cref="NpgsqlException">These commands have failed.</exception>
    public async Task<IReadOnlyList<int>> RunAsync(Share share, CancellationToken cancellationToken)
    {
        var caller = new Caller(share);
        switch (Enter(caller) ? Turn.Lead : await WaitAsync(caller, cancellationToken))
        {
            case Turn.Lead:
                await LeadAsync(caller, cancellationToken);
                break;
            case Turn.Alone:
                await ExecuteAsync([caller], cancellationToken);
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

    private async Task<Turn> WaitAsync(Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.Turn.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            bool waited;
            lock (_lock)
                waited = _waiting.Remove(caller);
            if (!waited && await caller.Turn.Task is Turn.Lead)
                PassOn();
            throw;
        }
    }

    private async Task LeadAsync(Caller leader, CancellationToken cancellationToken)
    {
        var group = new List<Caller> { leader };
        lock (_lock)
        {
            while (group.Count < MostCallers && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                group.Add(next.Value);
            }
        }

        var outcome = Turn.Alone;
        try
        {
            await ExecuteAsync(group, cancellationToken);
            outcome = Turn.Done;
        }
        catch (Exception) when (group.Count > 1 && !cancellationToken.IsCancellationRequested)
        {
            // Whose fault it was shows when each tries by itself.
        }
        finally
        {
            PassOn();
            foreach (var caller in group)
                caller.Turn.TrySetResult(outcome);
        }
        if (outcome is Turn.Alone)
            await ExecuteAsync([leader], cancellationToken);
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
        Func<NpgsqlBatchCommand, NpgsqlBatchCommand> run = callers.Count > 1 ? CopyOf : command => command;
        callers.Sort((left, right) => string.CompareOrdinal(left.Share.Place, right.Share.Place));
        await using var batch = database.CreateBatch();
        foreach (var command in callers.SelectMany(caller => caller.Share.Commands))
            batch.BatchCommands.Add(run(command));
        foreach (var (_, command) in callers.SelectMany(caller => caller.Share.Last).OrderBy(last => last.Row))
            batch.BatchCommands.Add(run(command));

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var read in callers.Select(caller => caller.Share.Read).OfType<Func<NpgsqlDataReader, Task>>())
            {
                await read(reader);
                await reader.NextResultAsync(cancellationToken);
            }
            // The commit comes with the end.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        var affected = batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(command => command.RecordsAffected).ToList();
        var next = 0;
        foreach (var caller in callers)
        {
            caller.Affected = affected.GetRange(next, caller.Share.Commands.Count);
            next += caller.Share.Commands.Count;
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

        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
