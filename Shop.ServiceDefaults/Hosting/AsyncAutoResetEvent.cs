using System.Threading.Channels;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Wakes a background service of this process before its timer does.</summary>
public class AsyncAutoResetEvent
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Releases one waiter, now or when it next waits. Cheap; setting it twice is the same as once.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Waits until set, or for the time-out: callers then check for work that another process left.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(timeout);
        try
        {
            await _set.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Timed out.
        }
    }
}
