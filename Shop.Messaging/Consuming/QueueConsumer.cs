using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;

namespace Shop.Messaging.Consuming;

/// <summary>Brings one message to its end, after which it is acknowledged; when it throws, the message goes back to its queue.</summary>
/// <param name="channel">Where it came from.</param>
/// <param name="message">The message.</param>
/// <param name="ending">Begin no further try.</param>
/// <param name="giveUp">Give up the try in hand.</param>
internal delegate Task Receive(IChannel channel, BasicDeliverEventArgs message, CancellationToken ending, CancellationToken giveUp);

/// <summary>Consumes one queue for as long as the service runs, on a new channel whenever the old one is lost.</summary>
internal sealed class QueueConsumer(
    string queue, ushort concurrency, ushort prefetch, Receive receive, BrokerConnection broker, ILogger<QueueConsumer> logger) : BackgroundService
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                // Outlives the channel, whose end cancels it.
                using var session = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await using var channel = await broker.OpenChannelAsync(concurrency, stoppingToken);
                await ConsumeAsync(channel, session, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Cannot consume {Queue} now: {Reason}", queue, exception.Message);
            }
            catch (Exception exception)
            {
                logger.LogDebug(exception, "Stopped consuming {Queue}", queue);
            }
            failures = Stopwatch.GetElapsedTime(began) > Stable ? 1 : failures + 1;
            await Task.Delay(Backoff.After(failures), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Consumes until the channel or the queue is lost, or the service stops. Then: no more deliveries, what is in hand is finished and
    /// acknowledged, and only after that the channel closes.
    /// </summary>
    private async Task ConsumeAsync(IChannel channel, CancellationTokenSource session, CancellationToken stoppingToken)
    {
        using var grace = new Grace(stoppingToken);
        var inHand = new WorkInHand();
        channel.ChannelShutdownAsync += (_, _) => session.CancelAsync();
        var consumer = new AsyncEventingBasicConsumer(channel);
        // The broker cancels a consumer whose queue is gone.
        consumer.UnregisteredAsync += (_, _) => session.CancelAsync();
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (!inHand.TryTake()) return;
            try
            {
                await receive(channel, message, session.Token, grace.Over);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, grace.Over);
            }
            catch (Exception exception)
            {
                // Not acknowledged: the broker delivers it again when this channel is gone. Which it should be soon, if it works no more.
                logger.LogWarning(exception, "Message {MessageId} goes back to {Queue}", message.BasicProperties.MessageId, queue);
                await session.CancelAsync();
            }
            finally
            {
                inHand.Done();
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
        await inHand.FinishAsync();
    }
}
