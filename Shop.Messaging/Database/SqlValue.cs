using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Outbox;

namespace Shop.Messaging.Database;

/// <summary>A value of a statement's positional parameters (<c>$1</c>, <c>$2</c>, ...), with its type also where it is null.</summary>
public readonly struct SqlValue
{
    private readonly NpgsqlParameter? _parameter;

    internal SqlValue(NpgsqlParameter parameter) => _parameter = parameter;

    private SqlValue(Event @event) => Event = @event;

    internal Event? Event { get; }

    /// <summary>A <c>uuid</c>.</summary>
    public static implicit operator SqlValue(Guid value) => new(new NpgsqlParameter<Guid> { TypedValue = value });

    /// <summary>A <c>uuid</c> or null.</summary>
    public static implicit operator SqlValue(Guid? value) => new(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });

    /// <summary>A <c>text</c> or null.</summary>
    public static implicit operator SqlValue(string? value) => new(new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });

    /// <summary>An <c>integer</c>.</summary>
    public static implicit operator SqlValue(int value) => new(new NpgsqlParameter<int> { TypedValue = value });

    /// <summary>A <c>numeric</c>.</summary>
    public static implicit operator SqlValue(decimal value) => new(new NpgsqlParameter<decimal> { TypedValue = value });

    /// <summary>A <c>numeric</c> or null.</summary>
    public static implicit operator SqlValue(decimal? value) => new(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric });

    /// <summary>A <c>timestamptz</c>; in UTC.</summary>
    public static implicit operator SqlValue(DateTimeOffset value) => new(new NpgsqlParameter<DateTimeOffset> { TypedValue = value });

    /// <summary>An <c>interval</c>.</summary>
    public static implicit operator SqlValue(TimeSpan value) => new(new NpgsqlParameter<TimeSpan> { TypedValue = value });

    /// <summary>A <c>bytea</c>.</summary>
    public static implicit operator SqlValue(byte[] value) => new(new NpgsqlParameter<byte[]> { TypedValue = value });

    /// <summary>A <c>uuid[]</c>.</summary>
    public static implicit operator SqlValue(Guid[] value) => new(new NpgsqlParameter<Guid[]> { TypedValue = value });

    /// <summary>An <c>integer[]</c>.</summary>
    public static implicit operator SqlValue(int[] value) => new(new NpgsqlParameter<int[]> { TypedValue = value });

    /// <summary>The parameters of an event, in the order in which <see cref="OutboxSql"/> expects them.</summary>
    public static implicit operator SqlValue(Event value) => new(value);

    /// <summary>Adds the values to a command.</summary>
    public static void AddTo(NpgsqlParameterCollection parameters, params ReadOnlySpan<SqlValue> values)
    {
        foreach (var value in values)
        {
            if (value.Event is { } @event)
                @event.AddTo(parameters);
            else
                parameters.Add(value._parameter!);
        }
    }
}
