using System.Text.Json;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Outbox;

/// <summary>
/// The INSERT that writes an event, alone or as part of the statement that causes it: an event is then written if, and only if, that statement
/// changed something. The parameters are those of an <see cref="Event"/>.
/// </summary>
public static class OutboxSql
{
    /// <summary>Writes an event whose content is known: for a value <see cref="Event.Of"/>.</summary>
    /// <param name="first">The number of the event's first parameter.</param>
    /// <param name="from">The rows that each get an event, as <c>FROM</c> has them; null: one event, whatever happens.</param>
    public static string Insert<T>(int first = 1, string? from = null) where T : IContract => Insert<T>(first, from, $"${first + 3}");

    /// <summary>Writes an event with values of the database: for a value <see cref="Event.FromDatabase"/>.</summary>
    /// <param name="first">The number of the event's first parameter.</param>
    /// <param name="from">The rows that each get an event, as <c>FROM</c> has them.</param>
    /// <param name="members">The contract's properties with the SQL of their values.</param>
    public static string Insert<T>(int first, string from, params ReadOnlySpan<(string Property, string Value)> members) where T : IContract
    {
        var json = new List<string>(members.Length);
        foreach (var (property, value) in members)
            json.Add($"'{JsonNamingPolicy.CamelCase.ConvertName(property)}', {value}");
        return Insert<T>(first, from, $"json_build_object({string.Join(", ", json)})");
    }

    /// <summary>A <see cref="Money"/> with values of the database.</summary>
    public static string Money(string amount, string currency) => $"json_build_object('amount', {amount}, 'currency', {currency})";

    private static string Insert<T>(int first, string? from, string payload) where T : IContract =>
        $"""
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state)
        SELECT ${first}, '{T.Name}', {payload}, ${first + 1}, ${first + 2} {(from is null ? "" : $"FROM {from}")}
        """;
}
