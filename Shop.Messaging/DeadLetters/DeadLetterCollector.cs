using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;
using Shop.Messaging.Consuming;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.DeadLetters;

/// <summary>
/// Stores dead letters of the broker in the service's database. It tries until the database has the letter, which meanwhile is safe in its queue.
/// </summary>
internal sealed class DeadLetterCollector(NpgsqlDataSource database, ILogger<DeadLetterCollector> logger)
{
    // A death that was stored before changes nothing: the service died before it acknowledged it. Any other makes the letter wait for staff again.
    private const string StoreSql = """
        INSERT INTO dead_letters (id, queue, message_key, message_id, type, routing_key, reason, headers, content_type, properties, body, died_at, deaths, death_ids)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, 1, ARRAY[$13])
        ON CONFLICT (queue, message_key) DO UPDATE SET
            message_id = excluded.message_id, type = excluded.type, routing_key = excluded.routing_key, reason = excluded.reason,
            headers = excluded.headers, content_type = excluded.content_type, properties = excluded.properties, body = excluded.body,
            died_at = excluded.died_at, deaths = dead_letters.deaths + 1, replayed_at = NULL,
            death_ids = (excluded.death_ids || dead_letters.death_ids)[1:10]
        WHERE NOT excluded.death_ids[1] = ANY(dead_letters.death_ids)
        """;

    // Enough for the largest message that a broker takes, on a slow disk.
    private const int TimeoutSeconds = 120;

    /// <summary>Stores a letter, as often as it takes.</summary>
    /// <param name="queue">The queue whose message it was.</param>
    /// <param name="message">The letter.</param>
    /// <param name="stopping">Begin no further try.</param>
    /// <param name="giveUp">Give up the current try.</param>
    /// <exception cref="OperationCanceledException">Told to give up: the letter is as it was.</exception>
    public async Task ReceiveAsync(string queue, BasicDeliverEventArgs message, CancellationToken stopping, CancellationToken giveUp)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await StoreAsync(queue, DeadLetter.Of(message), giveUp))
                    MessagingTelemetry.DeadLettered.Add(1, new KeyValuePair<string, object?>("queue", queue));
                return;
            }
            catch (Exception exception) when (!giveUp.IsCancellationRequested)
            {
                logger.LogWarning(
                    Failures.Classify(exception) is FailureKind.Transient ? null : exception,
                    "A dead letter of {Queue} waits at the broker, it cannot be stored: {Reason}", queue, exception.Message);
            }
            await Task.Delay(Backoff.After(attempt), stopping);
        }
    }

    private async Task<bool> StoreAsync(string queue, DeadLetter letter, CancellationToken cancellationToken)
    {
        var properties = letter.Properties;
        await using var store = database.CreateCommand(StoreSql);
        store.CommandTimeout = TimeoutSeconds;
        SqlValue.AddTo(
            store.Parameters, Guid.CreateVersion7(), queue, letter.MessageKey, Readable.Text(properties.MessageId), Readable.Text(properties.Type),
            Readable.Text(letter.RoutingKey), Readable.Text(letter.Reason), Readable.Headers(properties.Headers), Readable.Text(properties.ContentType),
            Envelope.ToBytes(properties));
        store.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = letter.Body, NpgsqlDbType = NpgsqlDbType.Bytea });
        SqlValue.AddTo(store.Parameters, letter.DiedAt, letter.DeathId);
        return await store.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
