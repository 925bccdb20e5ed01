using System.Threading.Channels;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Wakes a background service of this process, so that it need not wait for its timer.</summary>
public abstract class Signal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wakes it. Cheap; calls that come while it is busy fall together into one.</summary>
    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Waits until raised, at most <paramref name="patience"/>.</summary>
    public async Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(patience);
        try
        {
            await _raised.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The timer: look even though nobody called, for what another process left.
        }
    }
}
