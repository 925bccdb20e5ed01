namespace Shop.Messaging.Consuming;

internal delegate Task Handler(
    IServiceProvider services, ReadOnlyMemory<byte> body, Delivery delivery, CancellationToken cancellationToken);

/// <summary>A queue that this service consumes, with a handler for each contract that may come from it.</summary>
internal sealed record Subscription(string Queue, ushort Concurrency, ushort Prefetch)
{
    public Dictionary<string, Handler> Handlers { get; } = [];
}
