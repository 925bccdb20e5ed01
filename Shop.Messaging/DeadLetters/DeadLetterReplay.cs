using Microsoft.AspNetCore.Http;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Messaging.DeadLetters;

/// <summary>Sends a dead letter again, to the queue that it came from.</summary>
internal sealed class DeadLetterReplay(NpgsqlDataSource database, BrokerConnection broker, OutboxSignal outbox, AuditOutbox audit)
{
    // FOR UPDATE: a second replay waits for the first and then sees that it is done. So does the message's next death, should it come before the commit.
    private const string FindSql = "SELECT queue, message_id, type, properties, body, replayed_at FROM dead_letters WHERE id = $1 FOR UPDATE";

    private static readonly string MarkSql = $"""
        WITH marked AS (UPDATE dead_letters SET replayed_at = now() WHERE id = $1 RETURNING 1)
        {OutboxSql.Insert<AuditRecorded>(first: 2, from: "marked")}
        """;

    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Publishes the letter unless that was done since it died last. A caller who hangs up does not cancel it: what is published must be marked and
    /// recorded. After a crash in between another replay sends it again; consumers know the message by its id.
    /// </summary>
    /// <returns>False when there is no such letter.</returns>
    /// <exception cref="UnavailableException">The broker did not take it; the letter still waits.</exception>
    public async Task<bool> ReplayAsync(Guid id, HttpContext http)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await FindAsync(connection, transaction, id) is not { } letter)
            return false;
        if (letter.IsReplayed)
            return true;

        await PublishAsync(letter);
        var record = new AuditEvent(
            "dead-letter.replay", AuditEvent.Ok, id.ToString(), $"Message {letter.MessageId} of type {letter.Type} to {letter.Queue}.");
        await using var mark = new NpgsqlCommand(MarkSql, connection, transaction);
        SqlValue.AddTo(mark.Parameters, id, Event.Of(AuditOutbox.Of(http, record)));
        await mark.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        outbox.Set();
        audit.Recorded(http, record);
        return true;
    }

    private static async Task<Letter?> FindAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id)
    {
        await using var find = new NpgsqlCommand(FindSql, connection, transaction) { Parameters = { new() { Value = id } } };
        await using var reader = await find.ExecuteReaderAsync();
        return !await reader.ReadAsync()
            ? null
            : new Letter(
                reader.GetString(0),
                reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetFieldValue<byte[]>(3),
                reader.GetFieldValue<byte[]>(4),
                !reader.IsDBNull(5));
    }

    private async Task PublishAsync(Letter letter)
    {
        var properties = Envelope.FromBytes(letter.Properties);
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>())
        {
            [Envelope.Replay] = Guid.CreateVersion7().ToString(),
        };
        using var timeout = new CancellationTokenSource(BrokerTimeout);
        try
        {
            await using var channel = await broker.OpenChannelAsync(consumerConcurrency: 1, timeout.Token);
            await channel.BasicPublishAsync("", letter.Queue, mandatory: true, properties, letter.Body, timeout.Token);
        }
        catch (Exception exception)
        {
            // Whatever the exception, the broker has not confirmed.
            throw new UnavailableException("The broker did not take the message.", exception);
        }
    }

    private sealed record Letter(string Queue, string? MessageId, string? Type, byte[] Properties, byte[] Body, bool IsReplayed);
}
