using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Shop.Tests.Faults;

/// <summary>
/// Takes messages off the services' queues before they are handled and gives them back in the opposite order, each twice: as it was, and
/// under another message id, past the inbox. So cancellations overtake orders, and refunds overtake payments.
/// </summary>
internal sealed class MessageShuffler : IAsyncDisposable
{
    private const string CopyHeader = "x-copy";
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(400);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private List<Held> _held = [];
    private Task _shuffling = Task.CompletedTask;

    private MessageShuffler(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>How many messages were given back.</summary>
    public int Shuffled { get; private set; }

    public static async Task<MessageShuffler> StartAsync(ShopUnderFaults shop)
    {
        var uri = await shop.App.GetConnectionStringAsync("messaging", TestContext.Current.CancellationToken);
        var connection = await new ConnectionFactory { Uri = new Uri(uri!) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var shuffler = new MessageShuffler(connection, channel);
        foreach (var queue in (string[])["payment.orders", "product.payments"])
        {
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += shuffler.HoldAsync;
            await channel.BasicConsumeAsync(queue, autoAck: false, consumerTag: queue, consumer);
        }

        shuffler._shuffling = shuffler.ShuffleAsync();
        return shuffler;
    }

    /// <summary>Takes no more messages and gives back those that it still holds.</summary>
    public async Task StopAsync()
    {
        foreach (var queue in (string[])["payment.orders", "product.payments"])
            await _channel.BasicCancelAsync(queue);
        await _stopping.CancelAsync();
        await _shuffling;
        await GiveBackAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // What is still held goes back to its queue by itself.
        await _stopping.CancelAsync();
        await _shuffling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        _stopping.Dispose();
    }

    private Task HoldAsync(object sender, BasicDeliverEventArgs message)
    {
        // Of the delivery only what is copied stays valid.
        var held = new Held(message.DeliveryTag, message.RoutingKey, new BasicProperties(message.BasicProperties), message.Body.ToArray());
        lock (_lock)
            _held.Add(held);
        return Task.CompletedTask;
    }

    private async Task ShuffleAsync()
    {
        using var timer = new PeriodicTimer(Delay);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await GiveBackAsync();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The rest is given back by who stops it.
        }
    }

    private async Task GiveBackAsync()
    {
        List<Held> held;
        lock (_lock)
            (held, _held) = (_held, []);
        foreach (var message in held.AsEnumerable().Reverse())
        {
            await PublishAsync(message, message.Properties.MessageId);
            // A copy is not copied again, lest there be no end.
            if (message.Properties.Headers?.ContainsKey(CopyHeader) is not true)
                await PublishAsync(message, Guid.CreateVersion7().ToString());
            await _channel.BasicAckAsync(message.Tag, multiple: false);
            Shuffled++;
        }
    }

    private async Task PublishAsync(Held message, string? id)
    {
        var properties = new BasicProperties(message.Properties)
        {
            MessageId = id,
            Headers = new Dictionary<string, object?>(message.Properties.Headers ?? new Dictionary<string, object?>()) { [CopyHeader] = "yes" },
        };
        await _channel.BasicPublishAsync("shop.events", message.RoutingKey, mandatory: true, properties, message.Body);
    }

    private sealed record Held(ulong Tag, string RoutingKey, BasicProperties Properties, byte[] Body);
}
