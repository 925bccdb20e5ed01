using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Outbox;

/// <summary>A new event, with the current trace context, as parameters of the statement that writes it (<see cref="OutboxSql"/>).</summary>
public sealed class Event
{
    private readonly byte[]? _payload;
    private readonly string? _traceParent = Activity.Current?.Id;
    private readonly string? _traceState = Activity.Current?.TraceStateString;

    private Event(byte[]? payload) => _payload = payload;

    /// <summary>The event with all of its content.</summary>
    public static Event Of<T>(T message) where T : IContract => new(ContractsJson.Serialize(message));

    /// <summary>An event whose content the statement takes from the database.</summary>
    public static Event FromDatabase() => new(null);

    internal void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = _traceParent, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = _traceState, NpgsqlDbType = NpgsqlDbType.Text });
        if (_payload is not null)
            parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = _payload, NpgsqlDbType = NpgsqlDbType.Json });
    }
}
