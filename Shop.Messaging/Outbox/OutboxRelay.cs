using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Messaging.Broker;

namespace Shop.Messaging.Outbox;

/// <summary>
/// Publishes what is in the outbox and removes it when the broker has confirmed it. A crash in between publishes again: consumers know
/// the message by its id. Several relays may work on one outbox.
/// </summary>
internal sealed class OutboxRelay(NpgsqlDataSource database, BrokerConnection broker, OutboxSignal signal, ILogger<OutboxRelay> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A broker under a memory or disk alarm takes nothing and says nothing; a transaction must not stay open for it.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await using var channel = await broker.OpenChannelAsync(consumerConcurrency: 1, stoppingToken);
                using var grace = new Grace(stoppingToken);
                while (true)
                {
                    await DrainAsync(channel, stoppingToken, grace.Over);
                    failures = 0;
                    await signal.WaitAsync(Patience, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                failures++;
                logger.LogWarning("Events wait in the outbox, the broker or the database is away: {Reason}", exception.Message);
                await Task.Delay(Backoff.After(failures), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Passes over the outbox from the oldest event to the newest. The cursor spares each batch the dead index entries of those before it;
    /// an event that commits behind it, because its transaction took longer, is found by the next pass, a second later at most.
    /// </summary>
    /// <param name="channel">Where to publish.</param>
    /// <param name="stoppingToken">Begin no further batch.</param>
    /// <param name="giveUp">Give up the batch in hand.</param>
    private async Task DrainAsync(IChannel channel, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        var (after, passStarted) = (Guid.Empty, Environment.TickCount64);
        while (true)
        {
            await using var batch = await OutboxBatch.TakeAsync(database, after, BatchSize, stoppingToken);
            if (batch.Events.Count > 0)
            {
                var refused = await PublishAsync(channel, batch.Events).WaitAsync(ConfirmTimeout, giveUp);
                await batch.CommitAsync(refused, giveUp);
                MessagingTelemetry.Published.Add(batch.Events.Count - refused.Count);
                MessagingTelemetry.Refused.Add(refused.Count);
                after = batch.Events[^1].Id;
            }
            if (Environment.TickCount64 - passStarted > Patience.TotalMilliseconds)
                (after, passStarted) = (Guid.Empty, Environment.TickCount64);
            else if (batch.Events.Count < BatchSize)
                return;
        }
    }

    /// <summary>Publishes all, then waits for all the confirms, and returns the events that the broker refused.</summary>
    private async Task<List<OutboxEvent>> PublishAsync(IChannel channel, List<OutboxEvent> events)
    {
        var confirms = new Task[events.Count];
        for (var i = 0; i < events.Count; i++)
            confirms[i] = StartPublish(channel, events[i]);

        var refused = new List<OutboxEvent>();
        for (var i = 0; i < events.Count; i++)
        {
            try
            {
                await confirms[i];
            }
            catch (PublishException exception)
            {
                logger.LogError(
                    exception, "Event {MessageId} of type {Type} stays in the outbox: the broker did not take it", events[i].Id, events[i].Type);
                refused.Add(events[i]);
            }
        }
        return refused;
    }

    private static async Task StartPublish(IChannel channel, OutboxEvent row)
    {
        using var span = MessagingTelemetry.StartPublish(row.Type, row.Id, row.TraceParent, row.TraceState);
        var properties = new BasicProperties
        {
            MessageId = row.Id.ToString(),
            Type = row.Type,
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Timestamp = new AmqpTimestamp(new DateTimeOffset(row.CreatedAt).ToUnixTimeSeconds()),
            Headers = MessagingTelemetry.TraceHeaders(span, row.TraceParent, row.TraceState),
        };
        await channel.BasicPublishAsync(Topology.Events, row.Type, mandatory: true, properties, row.Payload);
    }
}
