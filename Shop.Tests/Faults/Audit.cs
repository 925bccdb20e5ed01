using System.Text.Json;
using RabbitMQ.Client;

namespace Shop.Tests.Faults;

/// <summary>
/// Compares what customers were told with what stands in the databases of Product, of Payment and of the gateway, and with what is left in
/// the broker.
/// </summary>
internal sealed class Audit(ShopUnderFaults shop, OrderTraffic traffic)
{
    private const double SettlingSeconds = 60;

    private string _outcomes = "";

    private static readonly string[] Paths =
        ["pending,paid", "pending,declined", "pending,cancelled", "pending,expired", "pending,paid,refunded"];

    /// <summary>Expected while something is away: Product says so, or its process is gone.</summary>
    private static readonly string[] ExpectedFailures = ["503", "connection", "no answer"];

    private const string OrdersSql = """
        SELECT coalesce(json_agg(x), '[]')::text FROM (
            SELECT o.id, o.idempotency_key AS key, o.status, o.payment_status AS payment, o.total, o.sequence,
                (SELECT count(*) FROM order_history h WHERE h.order_id = o.id) AS entries,
                (SELECT string_agg(h.status, ',' ORDER BY h.sequence) FROM order_history h WHERE h.order_id = o.id) AS path
            FROM orders o WHERE starts_with(o.idempotency_key, $1)) x
        """;

    private const string PaymentsSql = """
        SELECT coalesce(json_agg(x), '[]')::text FROM (
            SELECT o AS id, p.status, p.amount, p.reference, c.amount AS asked, c.reference AS charge, c.refunded_at IS NOT NULL AS refunded
            FROM unnest($1) o LEFT JOIN payments p ON p.order_id = o LEFT JOIN gateway.charges c ON c.order_id = o) x
        """;

    // What support refunds is not sent back.
    private const string StockSql = """
        SELECT coalesce(json_agg(x), '[]')::text FROM (
            SELECT s.product_id AS id, s.available, coalesce(sum(i.quantity) FILTER (
                    WHERE o.status IN ('pending', 'paid') OR (o.status = 'refunded' AND o.cancel_asked_at IS NULL)), 0) AS sold,
                string_agg(o.status || ' ' || i.quantity || ' (' || o.number || CASE WHEN o.cancel_asked_at IS NOT NULL THEN ' asked' ELSE '' END || ')', ', ' ORDER BY o.number)
                    FILTER (WHERE o.status NOT IN ('pending', 'paid')) AS back
            FROM product_stock s LEFT JOIN order_items i ON i.product_id = s.product_id LEFT JOIN orders o ON o.id = i.order_id
            WHERE s.product_id = ANY($1) GROUP BY s.product_id) x
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Waits until all that was asked for is settled and nothing is off; fails with a list of what still is when the time is over.</summary>
    public async Task PassAsync()
    {
        IReadOnlyList<string> differences = [];
        try
        {
            await Eventually.TrueAsync(async () => (differences = await DifferencesAsync()).Count == 0, "the books are right", SettlingSeconds);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}\n{Summary()}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Summary());
    }

    /// <summary>Whatever is off, a line for each.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync()
    {
        var orders = await ReadAsync<OrderRow>("productdb", OrdersSql, traffic.Prefix);
        var payments = (await ReadAsync<PaymentRow>("paymentdb", PaymentsSql, orders.Select(order => order.Id).ToArray())).ToDictionary(x => x.Id);
        _outcomes = string.Join(", ", orders.GroupBy(order => order.Status).Select(group => $"{group.Key} {group.Count()}").Order());
        return
        [
            .. OfAnswers(orders), .. orders.SelectMany(order => OfOrder(order, payments[order.Id])), .. await OfStockAsync(),
            .. await OfStrayChargesAsync(), .. await OfOutboxesAsync(), .. await OfQueuesAsync(),
        ];
    }

    private IEnumerable<string> OfAnswers(IReadOnlyList<OrderRow> orders)
    {
        var byKey = orders.ToLookup(order => order.Key);
        foreach (var (key, asked) in traffic.Requests)
        {
            Guid[] expected = asked.Order is { } order ? [order] : [];
            if (asked.Unanswered is { } path)
                yield return $"[{asked.Fault}] POST {path} with key {key} never got a definite answer";
            else if (!byKey[key].Select(row => row.Id).SequenceEqual(expected))
                yield return $"[{asked.Fault}] the customer was told of {string.Join(", ", expected)}, there is: {string.Join(", ", byKey[key])}";
        }

        foreach (var (how, count) in traffic.Failures.Where(failure => !ExpectedFailures.Contains(failure.Key)))
            yield return $"{count} requests were answered {how}";
    }

    private IEnumerable<string> OfOrder(OrderRow order, PaymentRow payment)
    {
        var charge = payment switch { { Charge: null } => "none", { Refunded: true } => "refunded", _ => "standing" };
        var agree = (order.Status, order.Payment, payment.Status, charge) switch
        {
            ("paid", "paid", "paid", "standing") => true,
            ("declined", "declined", "declined", "none") => true,
            ("refunded", "refunded", "refunded", "refunded") => true,
            ("cancelled" or "expired", "cancelled", "cancelled" or "declined", "none") => true,
            ("cancelled" or "expired", "refunded", "refunded", "refunded") => true,
            _ => false,
        };
        if (!agree)
            yield return $"{Name(order)} its payment is {order.Payment} to Product and {payment.Status} to Payment, the charge {charge}";
        if (!Paths.Contains(order.Path) || order.Path.Split(',')[^1] != order.Status || order.Entries != order.Sequence)
            yield return $"{Name(order)} its history is {order.Path}, {order.Entries} entries of {order.Sequence}";
        if (payment.Amount != order.Total || (payment.Asked ?? order.Total) != order.Total || payment.Reference != payment.Charge)
            yield return $"{Name(order)} its total is {order.Total}, its payment {payment.Amount} {payment.Reference}, its charge {payment.Asked} {payment.Charge}";
    }

    private string Name(OrderRow order) => $"[{traffic.Requests.GetValueOrDefault(order.Key)?.Fault}] order {order.Id} ({order.Status}):";

    private async Task<IEnumerable<string>> OfStockAsync() =>
        from row in await ReadAsync<StockRow>("productdb", StockSql, traffic.Products.Keys.ToArray())
        let product = traffic.Products[row.Id]
        where row.Available != product.Stock - row.Sold || row.Available < 0
        select $"[{product.Fault}] product {row.Id}: of {product.Stock} {row.Sold} are sold and {row.Available} left; back should be: {row.Back}";

    /// <summary>Charges of no order at all; another test's may settle late.</summary>
    private async Task<IEnumerable<string>> OfStrayChargesAsync()
    {
        var strays = await shop.QueryAsync<long>(
            "paymentdb", "SELECT count(*) FROM gateway.charges WHERE at > $2 AND order_id <> ALL($1)",
            await shop.QueryAsync<Guid[]>("productdb", "SELECT array_agg(id) FROM orders"), traffic.Began);
        return strays == 0 ? [] : [$"{strays} charges are of no order"];
    }

    private async Task<IEnumerable<string>> OfOutboxesAsync()
    {
        var differences = new List<string>();
        foreach (var database in (string[])["productdb", "paymentdb"])
        {
            if (await shop.QueryAsync<long>(database, "SELECT count(*) FROM outbox") is > 0 and var left)
                differences.Add($"{left} events are left in the outbox of {database}");
        }

        return differences;
    }

    private async Task<IEnumerable<string>> OfQueuesAsync()
    {
        var differences = new List<string>();
        var uri = await shop.App.GetConnectionStringAsync("messaging", TestContext.Current.CancellationToken);
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in (string[])["payment.orders", "payment.orders.dead", "product.payments", "product.payments.dead", "auth.audit", "auth.audit.dead"])
        {
            if (await channel.MessageCountAsync(queue) is > 0 and var left)
                differences.Add($"{left} messages are in {queue}");
        }

        return differences;
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string database, string sql, object parameter) =>
        JsonSerializer.Deserialize<List<T>>(await shop.QueryAsync<string>(database, sql, parameter), Json)!;

    private string Summary() =>
        $"{traffic.Requests.Count} requests, {traffic.Requests.Values.Count(asked => asked.Order is not null)} accepted, "
        + $"{traffic.Requests.Values.Count(asked => asked.Refused)} refused; {_outcomes}; failures: "
        + string.Join(", ", traffic.Failures.Select(failure => $"{failure.Key} {failure.Value}"));

    private sealed record OrderRow(Guid Id, string Key, string Status, string Payment, decimal Total, int Sequence, int Entries, string Path);

    private sealed record PaymentRow(Guid Id, string? Status, decimal? Amount, string? Reference, decimal? Asked, string? Charge, bool Refunded);

    private sealed record StockRow(Guid Id, int Available, long Sold, string? Back);
}
