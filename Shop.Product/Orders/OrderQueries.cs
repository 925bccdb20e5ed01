using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Orders;

/// <summary>Reads orders with items and history, in one statement each.</summary>
internal static class OrderQueries
{
    // Items and history come as arrays: one row for each order.
    private const string Select = """
        SELECT o.id, o.number, o.customer_id, o.status, o.total, o.currency, o.placed_at, o.payment_status, o.payment_reason,
            i.products, i.names, i.quantities, i.prices, h.statuses, h.times, h.reasons, o.request_hash, o.delivery, o.payment_action,
            h.amounts, o.refunded, o.shipped_at, o.carrier, o.tracking
        FROM orders o
        CROSS JOIN LATERAL (
            SELECT array_agg(product_id ORDER BY line) AS products, array_agg(name ORDER BY line) AS names,
                array_agg(quantity ORDER BY line) AS quantities, array_agg(unit_price ORDER BY line) AS prices
            FROM order_items WHERE order_id = o.id) i
        CROSS JOIN LATERAL (
            SELECT array_agg(status ORDER BY sequence) AS statuses, array_agg(at ORDER BY sequence) AS times,
                array_agg(reason ORDER BY sequence) AS reasons, array_agg(amount ORDER BY sequence) AS amounts
            FROM order_history WHERE order_id = o.id) h

        """;

    /// <summary><c>GET /orders/{id}</c>.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Get(
        Guid id, HttpContext http, LiveAccess access, NpgsqlDataSource database, IOptions<OrderOptions> options, CancellationToken cancellationToken)
    {
        if (await GetVisibleAsync(id, http, access, database, cancellationToken) is not { } order)
            return Problems.NotFound();
        if (await access.PermitsAsync(http, Permissions.OrdersRead))
            order = order with { Notes = await AddOrderNote.ReadAsync(database, id, cancellationToken) };
        return TypedResults.Ok(order.Expiring(options.Value).For(http.User.Id()));
    }

    /// <summary><c>GET /orders</c>.</summary>
    public static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> List(
        [AsParameters] OrderFilter filter, Paging paging, HttpContext http, LiveAccess access, NpgsqlDataSource database, IOptions<OrderOptions> options,
        CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(http, Permissions.OrdersRead);
        var page = await ListAsync(database, filter with { Customer = owner ?? filter.Customer }, paging, cancellationToken);
        return TypedResults.Ok(page with { Items = [.. page.Items.Select(order => order.Expiring(options.Value).For(http.User.Id()))] });
    }

    /// <summary>The order; null when there is none, or the caller may not see it.</summary>
    public static Task<OrderView?> GetVisibleAsync(
        Guid id, HttpContext http, LiveAccess access, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        access.ReadAsync(http, Permissions.OrdersRead, owner => GetAsync(database, id, owner, cancellationToken));

    /// <summary>The order; null when there is none of that id, or it is not <paramref name="owner"/>'s.</summary>
    /// <param name="database">The database.</param>
    /// <param name="id">The order.</param>
    /// <param name="owner">Whose it has to be; null: anybody's.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<OrderView?> GetAsync(NpgsqlDataSource database, Guid id, Guid? owner, CancellationToken cancellationToken)
    {
        await using var rows = await database.ReadPreparedAsync(Select + "WHERE o.id = $1 AND ($2 IS NULL OR o.customer_id = $2)", [id, owner], cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    /// <summary>The order that was placed with the key, and the hash of its request; null when there is none.</summary>
    public static async Task<(OrderView Order, byte[] RequestHash)?> FindByKeyAsync(
        NpgsqlDataSource database, Guid customer, string key, CancellationToken cancellationToken)
    {
        await using var rows = await database.ReadPreparedAsync(Select + "WHERE o.customer_id = $1 AND o.idempotency_key = $2", [customer, key], cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (Read(rows), rows.GetFieldValue<byte[]>(16)) : null;
    }

    private static async Task<Page<OrderView>> ListAsync(NpgsqlDataSource database, OrderFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand();
        var conditions = new List<string>(8);
        Where("o.customer_id = @customer", "customer", filter.Customer);
        // Plans are made once for all values. A state or an amount that few orders have needs a plan of its own, so these are part of the text; they are valid.
        if (filter.Status is not null)
            conditions.Add($"o.status = '{OrderStatuses.Parse(filter.Status)!.Value.Name()}'");
        Where("o.number = @only", "only", filter.Number);
        Where("o.placed_at >= @from", "from", filter.From?.ToUniversalTime());
        Where("o.placed_at < @to", "to", filter.To?.ToUniversalTime());
        if (filter.MinTotal is { } least)
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"o.total >= {least}"));
        if (filter.MaxTotal is { } most)
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"o.total <= {most}"));
        if (filter.Fulfilment is { } fulfilment)
            conditions.Add(fulfilment == FulfilmentView.Shipped ? "o.shipped_at IS NOT NULL" : "o.status = 'paid' AND o.shipped_at IS NULL");
        if (paging.After<Position>() is { } after)
            Where("o.number < @number", "number", after.Number);
        // Numbers ascend with time, but for orders of the same moment: nothing outside of the time is read.
        if (filter.From is not null)
            conditions.Add("o.number >= (SELECT min(number) FROM (SELECT number FROM orders WHERE placed_at >= @from ORDER BY placed_at LIMIT 1000) first)");
        if (filter.To is not null)
            conditions.Add("o.number <= (SELECT max(number) FROM (SELECT number FROM orders WHERE placed_at < @to ORDER BY placed_at DESC LIMIT 1000) last)");
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)} ";
        // The limit is part of the text: a plan for any limit would not be one for a page.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{Select}{where}ORDER BY o.number DESC LIMIT {paging.Fetch}");

        var rows = new List<OrderView>(paging.Fetch);
        await using var reader = await database.ReadAsync(command, prepared: paging.Limit == Paging.DefaultLimit && filter.IsCommon, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader));
        return Page.Of(rows, paging, order => new Position(order.Number));

        void Where(string condition, string parameter, object? value)
        {
            if (value is null)
                return;
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
        var (reasons, amounts) = (reader.GetFieldValue<string?[]>(15), reader.GetFieldValue<decimal?[]>(19));
        return new OrderView(
            reader.GetGuid(0), reader.GetInt64(1), reader.GetGuid(2), reader.GetString(3), new Money(reader.GetDecimal(4), currency),
            [.. products.Select((id, i) => new OrderItemView(id, names[i], quantities[i], new Money(prices[i], currency)))],
            reader.GetFieldValue<DateTimeOffset>(6),
            new OrderPaymentView(
                reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetString(8),
                reader.GetString(7) is OrderPayment.ActionRequired && !reader.IsDBNull(18) ? new(reader.GetString(18)) : null),
            [.. statuses.Select((status, i) => new OrderEventView(status, times[i], reasons[i], amounts[i] is { } amount ? new Money(amount, currency) : null))],
            reader.IsDBNull(17) ? null : JsonSerializer.Deserialize(reader.GetString(17), OrdersJson.Default.OrderDeliveryView),
            Fulfilment: reader.IsDBNull(21) ? null : new(FulfilmentView.Shipped, Text(22), Text(23), reader.GetFieldValue<DateTimeOffset>(21)),
            Refunded: reader.GetDecimal(20) is > 0 and var refunded ? new Money(refunded, currency) : null);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private sealed record Position(long Number);
}

/// <summary>What a list of orders is narrowed down to; null: not.</summary>
/// <param name="Status">A state.</param>
/// <param name="Customer">Whose; counts for those who may see everybody's.</param>
/// <param name="Number">The number for people.</param>
/// <param name="From">Placed then or later.</param>
/// <param name="To">Placed before then.</param>
/// <param name="MinTotal">The lowest total, included.</param>
/// <param name="MaxTotal">The highest total, included.</param>
/// <param name="Fulfilment"><c>shipped</c>; or <c>unshipped</c>: paid and not shipped yet.</param>
public sealed record OrderFilter(
    [FromQuery(Name = "status")] string? Status,
    [FromQuery(Name = "customer")] Guid? Customer,
    [FromQuery(Name = "number")] long? Number = null,
    [FromQuery(Name = "from")] DateTimeOffset? From = null,
    [FromQuery(Name = "to")] DateTimeOffset? To = null,
    [FromQuery(Name = "minTotal")] decimal? MinTotal = null,
    [FromQuery(Name = "maxTotal")] decimal? MaxTotal = null,
    [FromQuery(Name = "fulfilment")] string? Fulfilment = null) : IValidatableObject
{
    /// <summary>Whether it is one of the few that most callers use; each other combination would be one more that the server keeps prepared.</summary>
    internal bool IsCommon => (Number, From, To, MinTotal, MaxTotal, Fulfilment) is (null, null, null, null, null, null);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Status is not null && OrderStatuses.Parse(Status) is null)
            yield return new("Must be pending, paid, declined, cancelled, expired or refunded.", ["status"]);
        if (Fulfilment is not (null or "unshipped" or FulfilmentView.Shipped))
            yield return new("Must be unshipped or shipped.", ["fulfilment"]);
    }
}
