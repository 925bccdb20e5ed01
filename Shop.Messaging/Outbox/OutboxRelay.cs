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
/// <para>
/// One lane takes, publishes, awaits the confirms and commits, one batch after the other. When that is not enough, when there is a backlog,
/// further ones work beside it, so that database, broker and this process are busy at the same time.
/// </para>
/// </summary>
internal sealed class OutboxRelay(NpgsqlDataSource database, BrokerConnection broker, OutboxSignal signal, ILogger<OutboxRelay> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private const int Lanes = 4;

    // So many full batches in a row are a backlog.
    private const int FullBatches = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // For each few events of a pass, up to 5 ms.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private const int EventsOfAPause = 4;
    private const int LongestPause = 5;

    // A broker under a memory or disk alarm takes nothing and says nothing; a transaction must not stay open for it.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await using var channels = new RelayChannels(broker);
                await channels.OpenAsync(1, stoppingToken);
                using var pass = new OutboxPass(database, BatchSize);
                using var grace = new Grace(stoppingToken);
                while (true)
                {
                    await DrainAsync(channels, pass, stoppingToken, grace.Over);
                    failures = 0;
                    // One event alone is on its way at once; where many come, more and more go in one batch.
                    await Task.Delay(Pause * Math.Min(pass.Taken / EventsOfAPause, LongestPause), stoppingToken);
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

    /// <param name="channels">Where to publish.</param>
    /// <param name="pass">What to publish.</param>
    /// <param name="stoppingToken">Begin no further batch.</param>
    /// <param name="giveUp">Give up the batches in hand.</param>
    private async Task DrainAsync(RelayChannels channels, OutboxPass pass, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        pass.Begin();
        for (var i = 0; i < FullBatches; i++)
        {
            if (!await RelayBatchAsync(channels[0], pass, stoppingToken, giveUp))
                return;
        }
        await channels.OpenAsync(Lanes, stoppingToken);
        await Task.WhenAll(channels.Select(channel => RelayAllAsync(channel, pass, stoppingToken, giveUp)));
    }

    private async Task RelayAllAsync(IChannel channel, OutboxPass pass, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        try
        {
            while (await RelayBatchAsync(channel, pass, stoppingToken, giveUp))
            {
            }
        }
        finally
        {
            // When this one fails, the others are not to go on without it for as long as the backlog lasts.
            pass.End();
        }
    }

    /// <summary>False when there was nothing left to take.</summary>
    private async Task<bool> RelayBatchAsync(IChannel channel, OutboxPass pass, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        await using var batch = await pass.TakeAsync(stoppingToken);
        if (batch is null)
            return false;
        var refused = await PublishAsync(channel, batch.Events).WaitAsync(ConfirmTimeout, giveUp);
        await batch.CommitAsync(refused, giveUp);
        MessagingTelemetry.Published.Add(batch.Events.Count - refused.Count);
        MessagingTelemetry.Refused.Add(refused.Count);
        return true;
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
