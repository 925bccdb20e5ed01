namespace Shop.Messaging.Broker;

/// <summary>The time that work in hand is given to finish after the service was told to stop.</summary>
internal sealed class Grace : IDisposable
{
    // Well within the shutdown timeout of the host.
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _stopping;

    public Grace(CancellationToken stoppingToken) =>
        _stopping = stoppingToken.Register(static over => ((CancellationTokenSource)over!).CancelAfter(Length), _over);

    /// <summary>Cancelled when the time is over, or at <see cref="End"/>.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Ends it now: nothing that is in hand can be finished any more.</summary>
    public void End() => _over.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping.Dispose();
        _over.Dispose();
    }
}
