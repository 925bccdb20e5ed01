using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Shop.Tests.Services.Messaging;

/// <summary>Tests that use the broker take turns among themselves: the names of the queues are the same for all.</summary>
[CollectionDefinition(Name)]
public sealed class BrokerTurn
{
    public const string Name = "broker";
}

/// <summary>A client of a real RabbitMQ, to send what no decent service would send and to look what is in the queues.</summary>
public sealed class TestBroker : IAsyncDisposable
{
    private static readonly string[] Queues = ["payment.orders", "payment.orders.dead", "product.payments", "product.payments.dead", "auth.audit", "auth.audit.dead", "product.accounts", "product.accounts.dead"];
    private readonly IConnection _connection;
    private IChannel _channel;

    private TestBroker(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>Connects, and removes the queues that an earlier test left.</summary>
    public static async Task<TestBroker> ConnectAsync()
    {
        var uri = await TestServers.RabbitMqAsync();
        var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        var broker = new TestBroker(connection, await OpenAsync(connection));
        await broker.RemoveQueuesAsync();
        return broker;
    }

    /// <summary>Publishes to a queue directly and awaits the confirm.</summary>
    public async Task SendAsync(string queue, string? type, string body, string? id, Action<BasicProperties>? change = null)
    {
        var properties = new BasicProperties { Type = type, MessageId = id, ContentType = "application/json", Persistent = true };
        change?.Invoke(properties);
        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>Takes a message off a queue; null when it is empty.</summary>
    public Task<BasicGetResult?> TakeAsync(string queue) => _channel.BasicGetAsync(queue, autoAck: true);

    /// <summary>Consumes so many messages and returns the ids of all.</summary>
    public async Task<IReadOnlyList<string?>> ReceiveAsync(string queue, int count)
    {
        var (ids, all) = (new List<string?>(), new TaskCompletionSource());
        await using var channel = await OpenAsync(_connection);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            ids.Add(message.BasicProperties.MessageId);
            if (ids.Count == count) all.SetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return ids;
    }

    /// <summary>Takes a message off a queue and goes away without a word, as a process that dies of it.</summary>
    public async Task TakeAndCrashAsync(string queue)
    {
        await using var channel = await OpenAsync(_connection);
        await Eventually.GetAsync(() => channel.BasicGetAsync(queue, autoAck: false), "the message is back");
    }

    /// <summary>How many messages are ready in a queue; 0 when there is no such queue.</summary>
    public async Task<uint> CountAsync(string queue) => (await FindAsync(queue))?.MessageCount ?? 0;

    /// <summary>Waits until the queue exists and somebody consumes it.</summary>
    public Task UntilConsumedAsync(string queue) => Eventually.TrueAsync(
        async () => await FindAsync(queue) is { ConsumerCount: > 0 }, $"{queue} is consumed");

    public async ValueTask DisposeAsync()
    {
        await RemoveQueuesAsync();
        await _connection.DisposeAsync();
    }

    private async Task<QueueDeclareOk?> FindAsync(string queue)
    {
        try
        {
            return await _channel.QueueDeclarePassiveAsync(queue);
        }
        catch (OperationInterruptedException)
        {
            // Not there: the broker says so by closing the channel.
            _channel = await OpenAsync(_connection);
            return null;
        }
    }

    /// <summary>Deletes all queues of the shop.</summary>
    public async Task RemoveQueuesAsync()
    {
        foreach (var queue in Queues)
            await _channel.QueueDeleteAsync(queue);
    }

    private static Task<IChannel> OpenAsync(IConnection connection) => connection.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
}
