using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Database;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Orders;

/// <summary>Reads orders whole, with items and history, each time in one statement.</summary>
internal static class OrderReader
{
    // An order's items and events come as arrays, so that there is one row for an order however many it has.
    private const string Select = """
        SELECT o.id, o.number, o.customer_id, o.status, o.total, o.currency, o.placed_at, o.payment_status, o.payment_reason,
            i.products, i.names, i.quantities, i.prices, h.statuses, h.times, h.reasons, o.request_hash
        FROM orders o
        CROSS JOIN LATERAL (
            SELECT array_agg(product_id ORDER BY line) AS products, array_agg(name ORDER BY line) AS names,
                array_agg(quantity ORDER BY line) AS quantities, array_agg(unit_price ORDER BY line) AS prices
            FROM order_items WHERE order_id = o.id) i
        CROSS JOIN LATERAL (
            SELECT array_agg(status ORDER BY sequence) AS statuses, array_agg(at ORDER BY sequence) AS times,
                array_agg(reason ORDER BY sequence) AS reasons
            FROM order_history WHERE order_id = o.id) h

        """;

    /// <summary>The order; null when there is none of that id, or it is not <paramref name="owner"/>'s.</summary>
    /// <param name="database">The database.</param>
    /// <param name="id">The order.</param>
    /// <param name="owner">Whose it has to be; null: anybody's.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<OrderView?> GetAsync(NpgsqlDataSource database, Guid id, Guid? owner, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Select + "WHERE o.id = $1 AND ($2 IS NULL OR o.customer_id = $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)owner ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await database.ReadPreparedAsync(command, cancel);
        return await reader.ReadAsync(cancel) ? Read(reader) : null;
    }

    /// <summary>The order that the key stands for, and the hash of what asked for it; null when there is none.</summary>
    public static async Task<(OrderView Order, byte[] RequestHash)?> FindByKeyAsync(
        NpgsqlDataSource database, Guid customer, string key, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Select + "WHERE o.customer_id = $1 AND o.idempotency_key = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = customer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        await using var reader = await database.ReadPreparedAsync(command, cancel);
        return await reader.ReadAsync(cancel) ? (Read(reader), reader.GetFieldValue<byte[]>(16)) : null;
    }

    /// <summary>A page of orders, newest first.</summary>
    /// <param name="database">The database.</param>
    /// <param name="customer">Whose; null: everybody's.</param>
    /// <param name="status">In which state; null: in any.</param>
    /// <param name="paging">Which page.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Page<OrderView>> ListAsync(
        NpgsqlDataSource database, Guid? customer, OrderStatus? status, Paging paging, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand();
        var conditions = new List<string>(3);
        if (customer is { } one)
            Where("o.customer_id = @customer", "customer", one);
        if (status is { } state)
            Where("o.status = @status", "status", state.Name());
        if (paging.After<Position>() is { } after)
            Where("o.number < @number", "number", after.Number);
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)} ";
        // The limit as a number in the text, so that the plan, made once for all values, is one for a page.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{Select}{where}ORDER BY o.number DESC LIMIT {paging.Fetch}");

        var rows = new List<OrderView>(paging.Fetch);
        await using var reader = await database.ReadAsync(command, prepared: paging.Limit == Paging.DefaultLimit, cancel);
        while (await reader.ReadAsync(cancel))
            rows.Add(Read(reader));
        return Page.Of(rows, paging, order => new Position(order.Number));

        void Where(string condition, string parameter, object value)
        {
            conditions.Add(condition);
            command.Parameters.AddWithValue(parameter, value);
        }
    }

    private static OrderView Read(NpgsqlDataReader reader)
    {
        var currency = reader.GetString(5);
        var (products, names) = (reader.GetFieldValue<Guid[]>(9), reader.GetFieldValue<string[]>(10));
        var (quantities, prices) = (reader.GetFieldValue<int[]>(11), reader.GetFieldValue<decimal[]>(12));
        var (statuses, times) = (reader.GetFieldValue<string[]>(13), reader.GetFieldValue<DateTimeOffset[]>(14));
        var reasons = reader.GetFieldValue<string?[]>(15);
        return new OrderView(
            reader.GetGuid(0), reader.GetInt64(1), reader.GetGuid(2), reader.GetString(3), new Money(reader.GetDecimal(4), currency),
            [.. products.Select((id, i) => new OrderItemView(id, names[i], quantities[i], new Money(prices[i], currency)))],
            reader.GetFieldValue<DateTimeOffset>(6),
            new OrderPaymentView(reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetString(8)),
            [.. statuses.Select((status, i) => new OrderEventView(status, times[i], reasons[i]))]);
    }

    private sealed record Position(long Number);
}
