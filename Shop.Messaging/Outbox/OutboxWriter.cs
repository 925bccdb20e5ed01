using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Outbox;

/// <summary>
/// Writes events into the outbox, as part of the transaction that causes them and with the current trace context.
/// Call <see cref="OutboxSignal.Raise"/> after the commit.
/// </summary>
public static class OutboxWriter
{
    /// <summary>
    /// Inserts one event; its parameters, in this order, are those of <see cref="AddOutboxParameters"/>. For use inside a larger statement
    /// write <c>INSERT INTO outbox (id, type, payload, trace_parent, trace_state)</c> with parameters numbered to fit.
    /// </summary>
    public const string InsertSql =
        "INSERT INTO outbox (id, type, payload, trace_parent, trace_state) VALUES ($1, $2, $3, $4, $5)";

    /// <summary>Whether the command writes events, by itself or inside a larger statement.</summary>
    internal static bool Writes(NpgsqlBatchCommand command) => command.CommandText.Contains("INSERT INTO outbox", StringComparison.Ordinal);

    /// <summary>The command that writes the event.</summary>
    public static NpgsqlBatchCommand Insert<T>(T message) where T : IContract
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddOutboxParameters(message);
        return command;
    }

    /// <summary>Adds the event to what the next <c>SaveChanges</c> writes.</summary>
    public static void Publish<T>(this DbContext db, T message) where T : IContract =>
        db.Add(new OutboxRow
        {
            Id = Guid.CreateVersion7(),
            Type = T.Name,
            Payload = Encoding.UTF8.GetString(ContractsJson.Serialize(message)),
            TraceParent = Activity.Current?.Id,
            TraceState = Activity.Current?.TraceStateString,
        });

    /// <summary>Adds five positional parameters: id (uuid), type (text), payload (json), trace parent and trace state (text or null).</summary>
    public static void AddOutboxParameters<T>(this NpgsqlParameterCollection parameters, T message) where T : IContract
    {
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = T.Name });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = ContractsJson.Serialize(message), NpgsqlDbType = NpgsqlDbType.Json });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = Activity.Current?.Id, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = Activity.Current?.TraceStateString, NpgsqlDbType = NpgsqlDbType.Text });
    }
}
