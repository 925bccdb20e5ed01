namespace Shop.Messaging.Broker;

/// <summary>The time that work in progress is given to finish after the service was told to stop.</summary>
internal sealed class ShutdownGracePeriod : IDisposable
{
    // Within the host's shutdown time-out of 3 s.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _stopping;

    public ShutdownGracePeriod(CancellationToken stoppingToken) =>
        _stopping = stoppingToken.Register(static over => ((CancellationTokenSource)over!).CancelAfter(Length), _over);

    /// <summary>Cancelled at the end of the period.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Ends it now, because nothing in progress can finish.</summary>
    public void End() => _over.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping.Dispose();
        _over.Dispose();
    }
}
