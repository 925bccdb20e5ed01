using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace Shop.Bench;

/// <summary>The client as it comes: one connection, one channel, a quorum queue, confirms awaited a hundred at a time.</summary>
internal sealed class RawPublisher : IAsyncDisposable
{
    private const string Queue = "bench.limit";
    private const int Batch = 100;

    // As the relay's, of the same length.
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        """{"orderId" : "c4ca4238-a0b9-2382-0dcc-509a6f75849b", "customerId" : "c4ca4238-a0b9-2382-0dcc-509a6f75849b", "total" : {"amount" : 105.37, "currency" : "EUR"}, "paymentToken" : "tok_visa", "placedAt" : "2026-01-01T12:00:00.123456+00:00"}""");

    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private RawPublisher(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<RawPublisher> ConnectAsync(string broker, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(true, true, outstandingPublisherConfirmationsRateLimiter: null), cancellationToken);
        await channel.QueueDeclareAsync(
            Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" },
            cancellationToken: cancellationToken);
        return new(connection, channel);
    }

    /// <summary>Publishes so many, empties the queue, and returns how many were confirmed per second.</summary>
    public async Task<double> PublishAsync(int count, CancellationToken cancellationToken)
    {
        var confirms = new Task[Batch];
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < count; done += Batch)
        {
            for (var i = 0; i < Batch; i++)
                confirms[i] = PublishAsync(cancellationToken);
            await Task.WhenAll(confirms);
        }
        var rate = count / clock.Elapsed.TotalSeconds;
        await PurgeAsync(Queue, cancellationToken);
        return rate;
    }

    /// <summary>Empties a queue.</summary>
    public Task PurgeAsync(string queue, CancellationToken cancellationToken) => _channel.QueuePurgeAsync(queue, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private Task PublishAsync(CancellationToken cancellationToken) => _channel.BasicPublishAsync(
        "", Queue, mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, Body, cancellationToken).AsTask();
}
