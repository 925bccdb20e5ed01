namespace Shop.Messaging.Consuming;

/// <summary>Counts what is being worked on, so that one can stop taking more and wait for the rest.</summary>
internal sealed class WorkInHand
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>False after <see cref="FinishAsync"/> was called: leave it alone.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_closed) return false;
            _count++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryTake"/> began.</summary>
    public void Done()
    {
        lock (_lock)
        {
            if (--_count == 0 && _closed) _finished.TrySetResult();
        }
    }

    /// <summary>Takes no more, and completes when nothing is in hand.</summary>
    public Task FinishAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (_count == 0) _finished.TrySetResult();
        }
        return _finished.Task;
    }
}
