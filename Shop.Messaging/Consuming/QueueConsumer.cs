using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;

namespace Shop.Messaging.Consuming;

/// <summary>Consumes one queue for as long as the service runs, on a new channel whenever the old one is lost.</summary>
internal sealed class QueueConsumer(
    Subscription subscription, BrokerConnection broker, MessageProcessor processor, ILogger<QueueConsumer> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await using var channel = await broker.OpenChannelAsync(subscription.Concurrency, stoppingToken);
                failures = 0;
                await ConsumeAsync(channel, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                failures++;
                logger.LogWarning(exception, "Not consuming {Queue}: the broker is away (failure {Failures})", subscription.Queue, failures);
                await Task.Delay(Backoff.After(failures), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                logger.LogDebug(exception, "Stopped consuming {Queue}", subscription.Queue);
            }
        }
    }

    /// <summary>Consumes until the channel is lost or the service stops. Then: no more deliveries, what is in hand is finished and acknowledged, and only after that the channel closes.</summary>
    private async Task ConsumeAsync(IChannel channel, CancellationToken stoppingToken)
    {
        using var grace = new Grace(stoppingToken);
        var inHand = new WorkInHand();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (!inHand.TryTake()) return;
            try
            {
                await ReceiveAsync(channel, message, stoppingToken, grace.Over);
            }
            finally
            {
                inHand.Done();
            }
        };

        await channel.BasicQosAsync(prefetchSize: 0, subscription.Prefetch, global: false, stoppingToken);
        var tag = await channel.BasicConsumeAsync(subscription.Queue, autoAck: false, consumer, stoppingToken);
        logger.LogInformation("Consuming {Queue}", subscription.Queue);
        await lost.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!channel.IsOpen)
            grace.End();
        else
            await channel.BasicCancelAsync(tag, cancellationToken: grace.Over);
        await inHand.FinishAsync();
    }

    private async Task ReceiveAsync(
        IChannel channel, BasicDeliverEventArgs message, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        try
        {
            var reason = await processor.ProcessAsync(subscription, message, stoppingToken, giveUp);
            if (reason is not null)
                await DeadLetters.PutAsideAsync(channel, subscription.Queue, message, reason, giveUp);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, giveUp);
            MessagingTelemetry.Handled.Add(1, new KeyValuePair<string, object?>("queue", subscription.Queue));
        }
        catch (Exception exception)
        {
            // Not acknowledged: the broker delivers it again, at the latest when this channel is gone.
            logger.LogWarning(exception, "Message {MessageId} goes back to {Queue}", message.BasicProperties.MessageId, subscription.Queue);
        }
    }
}
