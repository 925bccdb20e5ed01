namespace Shop.Messaging.Consuming;

/// <summary>Counts the messages that a consumer works on, so that it can stop taking more and wait for the rest.</summary>
internal sealed class InFlightMessages
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>False after <see cref="DrainAsync"/> was called: leave the message alone.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (_closed) return false;
            _count++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryBegin"/> began.</summary>
    public void End()
    {
        lock (_lock)
            if (--_count == 0 && _closed) _drained.TrySetResult();
    }

    /// <summary>Takes no more, and completes when nothing is in flight.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (_count == 0) _drained.TrySetResult();
        }
        return _drained.Task;
    }
}
