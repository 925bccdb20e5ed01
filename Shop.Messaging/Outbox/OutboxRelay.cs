using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Messaging.Broker;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Outbox;

/// <summary>
/// Publishes the events of the outbox, oldest first, and removes them when the broker has confirmed them. A crash in between publishes them again:
/// consumers know a message by its id. The relays of several replicas may work on one outbox.
/// </summary>
internal sealed class OutboxRelay(NpgsqlDataSource database, BrokerConnection broker, OutboxSignal outbox, ILogger<OutboxRelay> logger)
    : RepeatingService("Publishing events", logger)
{
    private const int BatchSize = 200;

    // For events of other processes, and those whose commit nobody announced.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // An event is published at once. The more events there were, the longer the relay lets others gather, so that a batch costs less for each.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private const int EventsForAPause = 4;
    private const int MostPauses = 5;

    // Ids are time-ordered. An event that commits later than younger ones is still seen at once if its transaction took no longer than this.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    // How often it starts at the very first event: for slower transactions, other clocks and events that the broker refused.
    private static readonly TimeSpan FullScanInterval = TimeSpan.FromMilliseconds(750);

    // A broker under a memory or disk alarm neither confirms nor refuses; a transaction must not stay open for it.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private long _lastFullScan;

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        await using var channel = await broker.OpenChannelAsync(consumerConcurrency: 1, stoppingToken);
        using var grace = new ShutdownGracePeriod(stoppingToken);
        while (true)
        {
            var published = await DrainAsync(channel, stoppingToken, grace.Over);
            await Task.Delay(Pause * Math.Min(published / EventsForAPause, MostPauses), stoppingToken);
            await outbox.WaitAsync(PollInterval, stoppingToken);
        }
    }

    /// <summary>Publishes until nothing is left, and returns how many events that were. Each batch starts after the last, which spares it the index entries
    /// that the last one deleted and vacuum has not removed yet.</summary>
    private async Task<int> DrainAsync(IChannel channel, CancellationToken stoppingToken, CancellationToken giveUp)
    {
        var after = Guid.CreateVersion7(DateTimeOffset.UtcNow - Recent);
        for (var total = 0; ;)
        {
            if (Environment.TickCount64 - _lastFullScan > FullScanInterval.TotalMilliseconds)
                (after, _lastFullScan) = (Guid.Empty, Environment.TickCount64);
            await using var batch = await OutboxBatch.TakeAsync(database, after, BatchSize, stoppingToken);
            if (batch.Events.Count > 0)
            {
                var refused = await PublishAsync(channel, batch.Events).WaitAsync(ConfirmTimeout, giveUp);
                await batch.CommitAsync(refused, giveUp);
                MessagingTelemetry.Published.Add(batch.Events.Count - refused.Count);
                MessagingTelemetry.Refused.Add(refused.Count);
                after = batch.Events[^1].Id;
                total += batch.Events.Count;
            }
            if (batch.Events.Count < BatchSize)
                return total;
        }
    }

    /// <summary>Publishes all, then waits for all the confirms, and returns the events that the broker refused.</summary>
    private async Task<List<OutboxEvent>> PublishAsync(IChannel channel, List<OutboxEvent> events)
    {
        var confirms = events.ConvertAll(row => StartPublish(channel, row));
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
