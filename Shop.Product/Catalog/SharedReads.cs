namespace Shop.Product.Catalog;

/// <summary>
/// Answers whoever ask at the same time with one round trip to the database. It is no cache: what a caller gets was read after it asked, so
/// that it is never older than from a read of its own. Who comes alone does not wait; who comes while a read of the group is under way shares the
/// next one.
/// <para>
/// A read whose connection is stuck holds nobody up: the next one begins beside it after <c>patience</c>, and who waits for the stuck one joins that.
/// </para>
/// </summary>
/// <typeparam name="TGroup">Of what can be read together.</typeparam>
/// <typeparam name="TItem">What one caller wants of it.</typeparam>
/// <typeparam name="TResult">What is read for all of them.</typeparam>
/// <param name="read">Reads the items of a group. It runs in the trace of whoever came first.</param>
/// <param name="patience">How long a read has the connections for itself; far longer than one takes.</param>
public sealed class SharedReads<TGroup, TItem, TResult>(Func<TGroup, IReadOnlyCollection<TItem>, Task<TResult>> read, TimeSpan patience)
    where TGroup : notnull
{
    /// <summary>How often a caller joins a read: when the database itself hangs, more of them would only take more connections.</summary>
    private const int Tries = 3;

    /// <summary>How many stuck reads of a group are passed by, so that they do not take all connections.</summary>
    private const int MostStuck = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<TGroup, Round> _underWay = [];

    /// <summary>Reads, with whoever else wants something of the group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="item">What is wanted of it.</param>
    /// <param name="cancel">Waits no longer; the read goes on, for the others.</param>
    /// <returns>What was read for all; the caller's is among it.</returns>
    public async Task<TResult> ReadAsync(TGroup group, TItem item, CancellationToken cancel)
    {
        var joined = new List<Task<TResult>>(Tries);
        while (true)
        {
            joined.Add(Join(group, item));
            var answer = joined.Count == 1 ? joined[0] : Task.WhenAny(joined).Unwrap();
            if (joined.Count == Tries)
                return await answer.WaitAsync(cancel);
            try
            {
                // Until its turn, and as long again for the read itself.
                return await answer.WaitAsync(2 * patience, cancel);
            }
            catch (TimeoutException) when (!answer.IsCompleted)
            {
                // Stuck, or slow: whichever answers first does.
            }
        }
    }

    private Task<TResult> Join(TGroup group, TItem item)
    {
        Round round;
        Round? before;
        bool first;
        lock (_lock)
        {
            if (_underWay.TryGetValue(group, out before))
                round = before.Next ??= new Round();
            else
                _underWay.Add(group, round = new Round());
            first = round.Items.Count == 0;
            round.Items.Add(item);
        }
        if (first)
            _ = RunAsync(group, round, before);
        return round.Result.Task;
    }

    private async Task RunAsync(TGroup group, Round round, Round? before)
    {
        if (before is not null)
        {
            var turn = before.StuckBefore < MostStuck ? patience : Timeout.InfiniteTimeSpan;
            await ((Task)before.Result.Task).WaitAsync(turn).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!before.Result.Task.IsCompleted)
                Succeed(group, before, round);
        }
        try
        {
            var result = await read(group, round.Items);
            End(group, round);
            round.Result.SetResult(result);
        }
        catch (Exception exception)
        {
            End(group, round);
            round.Result.SetException(exception);
        }
    }

    /// <summary>From now on nobody joins the next round, which begins although the one before is stuck.</summary>
    private void Succeed(TGroup group, Round before, Round next)
    {
        lock (_lock)
        {
            if (_underWay.TryGetValue(group, out var current) && current == before)
                _underWay[group] = next;
            next.StuckBefore = before.StuckBefore + 1;
        }
    }

    /// <summary>From now on nobody joins the next round either: it begins.</summary>
    private void End(TGroup group, Round round)
    {
        lock (_lock)
        {
            if (!_underWay.TryGetValue(group, out var current) || current != round)
                return;
            if (round.Next is { } next)
                _underWay[group] = next;
            else
                _underWay.Remove(group);
        }
    }

    private sealed class Round
    {
        public HashSet<TItem> Items { get; } = [];

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Round? Next { get; set; }

        /// <summary>How many reads were stuck one after the other when this one began.</summary>
        public int StuckBefore { get; set; }
    }
}
