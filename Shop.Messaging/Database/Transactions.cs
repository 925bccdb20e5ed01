using System.Diagnostics.Metrics;
using Npgsql;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Errors;

namespace Shop.Messaging.Database;

/// <summary>
/// Commits units of work. An uncontended one runs at once; while the database is busy with some, those that arrive meanwhile wait and then run together in
/// one transaction (group commit), which costs the server one round trip and one commit for all of them.
/// <para>
/// When the server refuses a shared transaction, the unit of work that caused it runs by itself, and the others run together again: nobody fails because of
/// another. Units of work run in the order of their lock keys, then their last statements in the order of the rows that they lock.
/// </para>
/// </summary>
public sealed class Transactions(NpgsqlDataSource database, OutboxSignal outbox)
{
    // While the disk takes one transaction the next one is gathered.
    private const int MostAtOnce = 2;

    private const int MostMembers = 32;

    // Locks are held until the end of the transaction, and everybody in it waits for that.
    private const int MostStatements = 200;

    // After so many refusals everybody runs by themselves, which by then is faster.
    private const int MostRefusals = 3;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private static readonly Counter<long> Refused = new Meter("Shop.Database").CreateCounter<long>(
        "shop.database.shared.refused", "{transaction}", "Shared transactions that the server refused and that were tried again in parts, by SQLSTATE.");

    private readonly Lock _lock = new();
    private readonly LinkedList<Member> _waiting = [];
    private int _running;

    private enum Turn
    {
        /// <summary>Another member has committed it.</summary>
        Committed,

        /// <summary>Run it, together with others that wait.</summary>
        Lead,

        /// <summary>Run it by itself.</summary>
        Alone,
    }

    internal OutboxSignal Outbox => outbox;

    /// <summary>Begins a unit of work.</summary>
    /// <param name="lockKey">
    /// Names the row that its first statements lock although others may, too, like an idempotency key; empty when there is none. Units of work lock such rows
    /// in the order of their names.
    /// </param>
    public UnitOfWork Begin(string lockKey = "") => new(this, lockKey);

    internal async Task CommitAsync(UnitOfWork work, CancellationToken cancellationToken)
    {
        if (work.IsExclusive)
        {
            await ExecuteAsync([work]);
            return;
        }
        var member = new Member(work);
        switch (Enter(member) ? Turn.Lead : await WaitAsync(member, cancellationToken))
        {
            case Turn.Lead:
                await LeadAsync(member);
                break;
            case Turn.Alone:
                await ExecuteAsync([work]);
                break;
        }
    }

    /// <summary>True when the member may run at once; otherwise it waits in line.</summary>
    private bool Enter(Member member)
    {
        lock (_lock)
        {
            if (_running < MostAtOnce)
            {
                _running++;
                return true;
            }
            _waiting.AddLast(member);
            return false;
        }
    }

    private async Task<Turn> WaitAsync(Member member, CancellationToken cancellationToken)
    {
        try
        {
            return await member.Turn.Task.WaitAsync(LongestWait, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            lock (_lock)
            {
                if (_waiting.Remove(member))
                    throw exception is TimeoutException ? new UnavailableException("The database is too busy.") : exception;
            }
            return await member.Turn.Task;
        }
    }

    private async Task LeadAsync(Member leader)
    {
        var group = Gather(leader);
        var alone = new List<Member>();
        Exception? unreachable = null;
        try
        {
            await ExecuteWithoutRefusedAsync(leader, group, alone);
        }
        catch (Exception exception) when (exception is not PostgresException)
        {
            // Nobody's fault, and each would wait once more for a server that does not answer.
            unreachable = exception;
            throw;
        }
        finally
        {
            PassOn();
            foreach (var member in group.Concat(alone).Where(member => member != leader))
            {
                if (unreachable is not null)
                    member.Turn.SetException(unreachable);
                else
                    member.Turn.SetResult(member.IsCommitted ? Turn.Committed : Turn.Alone);
            }
        }
        if (!leader.IsCommitted)
            await ExecuteAsync([leader.Work]);
    }

    private List<Member> Gather(Member leader)
    {
        var group = new List<Member> { leader };
        var statements = leader.Work.Statements.Count();
        lock (_lock)
        {
            while (group.Count < MostMembers && statements < MostStatements && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                group.Add(next.Value);
                statements += next.Value.Work.Statements.Count();
            }
        }
        return group;
    }

    /// <summary>Runs the group in one transaction, without members whose statements are refused: they move over to those that run alone.</summary>
    /// <exception cref="PostgresException">Only the leader is left, and was refused.</exception>
    private async Task ExecuteWithoutRefusedAsync(Member leader, List<Member> group, List<Member> alone)
    {
        while (group.Count > 0)
        {
            try
            {
                await ExecuteAsync([.. group.Select(member => member.Work).OrderBy(work => work.LockKey, StringComparer.Ordinal)]);
                group.ForEach(member => member.IsCommitted = true);
                return;
            }
            catch (PostgresException exception) when (group is not [var only] || only != leader)
            {
                Refused.Add(1, new KeyValuePair<string, object?>("state", exception.SqlState));
                var refused = group.Find(member => member.Work.Statements.Any(statement => statement.Command == exception.BatchCommand));
                foreach (var statement in group.SelectMany(member => member.Work.Statements))
                    statement.Renew();
                if (refused is null || alone.Count == MostRefusals)
                    return;
                group.Remove(refused);
                alone.Add(refused);
            }
        }
    }

    /// <summary>Whoever waits longest leads next, in its own context, so that the transaction belongs to the trace of one of its members.</summary>
    private void PassOn()
    {
        Member? next;
        lock (_lock)
        {
            next = _waiting.First?.Value;
            if (next is null)
                _running--;
            else
                _waiting.RemoveFirst();
        }
        next?.Turn.SetResult(Turn.Lead);
    }

    private async Task ExecuteAsync(IReadOnlyList<UnitOfWork> works)
    {
        List<Statement> statements = [.. works.SelectMany(work => work.First), .. works.SelectMany(work => work.Last).OrderBy(last => last.Row).Select(last => last.Statement)];
        await using var batch = new NpgsqlBatch();
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement.Command);

        // No cancellation: a caller that gives up would undo the work of the others. The command's time-out ends what hangs.
        await using (var reader = await database.ReadPreparedAsync(batch))
        {
            foreach (var read in statements.Select(statement => statement.Read).OfType<Func<NpgsqlDataReader, Task>>())
            {
                await read(reader);
                await reader.NextResultAsync();
            }
            // The commit comes with the end.
            await reader.ToEndAsync();
        }
        foreach (var statement in statements)
            statement.RowsAffected = statement.Command.RecordsAffected;
    }

    private sealed class Member(UnitOfWork work)
    {
        public UnitOfWork Work => work;

        public bool IsCommitted { get; set; }

        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
