using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Consuming;

/// <summary>Brings one message to its end, after which it is acknowledged; when it throws, the message goes back to its queue.</summary>
/// <param name="channel">Where it came from.</param>
/// <param name="message">The message.</param>
/// <param name="stopping">Begin no further try.</param>
/// <param name="giveUp">Give up the current try.</param>
internal delegate Task Receive(IChannel channel, BasicDeliverEventArgs message, CancellationToken stopping, CancellationToken giveUp);

/// <summary>Consumes one queue for as long as the service runs, on a new channel whenever the old one is lost.</summary>
internal sealed class QueueConsumer(
    string queue, ushort concurrency, ushort prefetch, Receive receive, BrokerConnection broker, ILogger<QueueConsumer> logger)
    : RepeatingService($"Consuming {queue}", logger)
{
    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        // Outlives the channel, whose end cancels it.
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await using var channel = await broker.OpenChannelAsync(concurrency, stoppingToken);
        await ConsumeAsync(channel, session, stoppingToken);
        return Backoff.After(1);
    }

    /// <summary>
    /// Consumes until the channel or the queue is lost, or the service stops. Then it takes no more deliveries, finishes and acknowledges those in flight,
    /// and only after that closes the channel.
    /// </summary>
    private async Task ConsumeAsync(IChannel channel, CancellationTokenSource session, CancellationToken stoppingToken)
    {
        using var grace = new ShutdownGracePeriod(stoppingToken);
        var inFlight = new InFlightMessages();
        channel.ChannelShutdownAsync += (_, _) => session.CancelAsync();
        var consumer = new AsyncEventingBasicConsumer(channel);
        // The broker cancels a consumer whose queue is gone.
        consumer.UnregisteredAsync += (_, _) => session.CancelAsync();
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (!inFlight.TryBegin()) return;
            try
            {
                await receive(channel, message, session.Token, grace.Over);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, grace.Over);
            }
            catch (Exception exception)
            {
                // Not acknowledged: the broker delivers it again once this channel is closed, so it is closed now.
                logger.LogWarning(exception, "Message {MessageId} goes back to {Queue}", message.BasicProperties.MessageId, queue);
                await session.CancelAsync();
            }
            finally
            {
                inFlight.End();
            }
        };

        await channel.BasicQosAsync(prefetchSize: 0, prefetch, global: false, stoppingToken);
        var tag = await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stoppingToken);
        logger.LogInformation("Consuming {Queue}", queue);
        await Task.Delay(Timeout.InfiniteTimeSpan, session.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (channel.IsOpen)
            await channel.BasicCancelAsync(tag, cancellationToken: grace.Over);
        else
            grace.End();
        await inFlight.DrainAsync();
    }
}
