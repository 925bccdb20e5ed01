namespace Shop.Product.Catalog;

/// <summary>
/// Answers whoever ask at the same time with one round trip to the database. It is no cache: what a caller gets was read after it asked, so
/// that it is never older than from a read of its own. Who comes alone does not wait; who comes while a read of the group is under way shares the
/// next one.
/// </summary>
/// <typeparam name="TGroup">Of what can be read together.</typeparam>
/// <typeparam name="TItem">What one caller wants of it.</typeparam>
/// <typeparam name="TResult">What is read for all of them.</typeparam>
/// <param name="read">Reads the items of a group. It runs in the trace of whoever came first.</param>
public sealed class SharedReads<TGroup, TItem, TResult>(Func<TGroup, IReadOnlyCollection<TItem>, Task<TResult>> read) where TGroup : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TGroup, Round> _underWay = [];

    /// <summary>Reads, with whoever else wants something of the group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="item">What is wanted of it.</param>
    /// <param name="cancel">Waits no longer; the read goes on, for the others.</param>
    /// <returns>What was read for all; the caller's is among it.</returns>
    public Task<TResult> ReadAsync(TGroup group, TItem item, CancellationToken cancel)
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
            _ = RunAsync(group, round, before?.Result.Task ?? Task.CompletedTask);
        return round.Result.Task.WaitAsync(cancel);
    }

    private async Task RunAsync(TGroup group, Round round, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    /// <summary>From now on nobody joins the next round either: it begins.</summary>
    private void End(TGroup group, Round round)
    {
        lock (_lock)
        {
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
    }
}
