using Npgsql;

namespace Shop.Messaging.Outbox;

/// <summary>
/// Goes over the outbox from the oldest event to the newest, a batch at a time, for one lane or several. The cursor spares each batch the
/// dead index entries of those before it, of which there are many until the next vacuum, and the lanes each other's locks.
/// </summary>
internal sealed class OutboxPass(NpgsqlDataSource database, int batchSize) : IDisposable
{
    // How long a transaction may take and its event, which commits behind younger ones, is still seen at once: ids are time-ordered.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    // How often it begins at the very first event: for what slow transactions, other clocks and refusals have left behind.
    private static readonly TimeSpan Everything = TimeSpan.FromMilliseconds(750);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Guid _after;
    private long _beganAtFirst;
    private volatile bool _isOver;

    /// <summary>Begins anew. No lane may be at work.</summary>
    public void Begin() => (_after, _isOver, Taken) = (Guid.CreateVersion7(DateTimeOffset.UtcNow - Recent), false, 0);

    /// <summary>How many events were taken since it began.</summary>
    public int Taken { get; private set; }

    /// <summary>Takes the next events; null when there are no more, or <see cref="End"/> was called.</summary>
    public async Task<OutboxBatch?> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_isOver) return null;
            if (Environment.TickCount64 - _beganAtFirst > Everything.TotalMilliseconds)
                (_after, _beganAtFirst) = (Guid.Empty, Environment.TickCount64);
            var batch = await OutboxBatch.TakeAsync(database, _after, batchSize, cancellationToken);
            if (batch.Events.Count < batchSize)
                _isOver = true;
            if (batch.Events.Count > 0)
            {
                Taken += batch.Events.Count;
                _after = batch.Events[^1].Id;
                return batch;
            }
            await batch.DisposeAsync();
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets the lanes stop when each has finished what it has.</summary>
    public void End() => _isOver = true;

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}
