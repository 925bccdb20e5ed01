using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Product.Accounts;
using Shop.Product.Addresses;
using Shop.Product.Catalog;
using Shop.Product.Shipping;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Orders;

/// <summary>
/// Places an order: stock, order and event in one transaction, or none of them. The constraints of the tables decide. What they refuse leaves nothing
/// behind, the idempotency key included; only then is the reason looked for.
/// </summary>
public sealed class PlaceOrder(
    NpgsqlDataSource database, Transactions transactions, EndedSessions endedSessions, DeliveryMethods methods, ILogger<PlaceOrder> logger)
{
    /// <summary>How often an order is tried when the reason for its refusal is gone by the time it is looked up, such as stock that came back.</summary>
    private const int Attempts = 3;

    /// <summary>
    /// Inserts the order with its lines, its first history entry and its event, and returns it, a row for each line. Inserts and returns nothing when a
    /// product is unknown, archived or short, when the prices are in several currencies, when the total is too large or not the expected one, when the session has ended, or when the
    /// customer has used the key: an error would undo what other orders have in the same transaction.
    /// </summary>
    private static readonly string InsertSql = $"""
        WITH line AS (
            -- LIMIT keeps the planner from joining the whole catalog while its statistics are older than the products.
            SELECT l.line, l.product_id, l.quantity, p.name, p.price, p.currency
            FROM unnest($5, $6) WITH ORDINALITY AS l (product_id, quantity, line)
            LEFT JOIN LATERAL (
                SELECT p.name, p.price, p.currency FROM products p JOIN product_stock s ON s.product_id = p.id
                WHERE p.id = l.product_id AND p.archived_at IS NULL AND s.available >= l.quantity
                LIMIT 1) p ON true),
        placed AS (
            INSERT INTO orders (id, customer_id, status, sequence, total, currency, payment_status, idempotency_key, request_hash, placed_at, delivery)
            SELECT $1, $2, 'pending', 1, sum(price * quantity) + $9, min(currency), '{OrderPayment.Pending}', $3, $4, now(), $12::jsonb
            FROM line HAVING count(*) = count(name) AND min(currency) = max(currency) AND sum(price * quantity) + $9 <= 9999999999.99
                AND ($10 IS NULL OR (sum(price * quantity) + $9 = $10::numeric AND min(currency) = $11))
                AND ($12 IS NULL OR min(currency) = $12::jsonb -> 'price' ->> 'currency')
                AND NOT EXISTS (SELECT FROM ended_access WHERE id = $2 OR id = $8)
            ON CONFLICT DO NOTHING
            RETURNING id, number, customer_id, total, currency, placed_at),
        item AS (
            INSERT INTO order_items (order_id, line, product_id, name, quantity, unit_price)
            SELECT placed.id, line.line, line.product_id, line.name, line.quantity, line.price FROM placed, line
            RETURNING line, product_id, name, quantity, unit_price),
        entry AS (
            INSERT INTO order_history (order_id, sequence, status, at) SELECT id, 1, 'pending', placed_at FROM placed),
        event AS (
            {OutboxSql.Insert<OrderPlaced>(first: 13, from: "placed",
                (nameof(OrderPlaced.OrderId), "id"),
                (nameof(OrderPlaced.CustomerId), "customer_id"),
                (nameof(OrderPlaced.Total), OutboxSql.Money("total", "currency")),
                (nameof(OrderPlaced.PaymentToken), "$7"),
                (nameof(OrderPlaced.PlacedAt), "placed_at"))})
        SELECT placed.number, placed.placed_at, placed.total, placed.currency, item.product_id, item.name, item.quantity, item.unit_price
        FROM placed, item ORDER BY item.line
        """;

    /// <summary>Takes stock for order $3, if that was inserted; refused by the table when there is not enough any more.</summary>
    private const string TakeStockSql =
        "UPDATE product_stock SET available = available - $2 WHERE product_id = $1 AND EXISTS (SELECT FROM orders WHERE id = $3)";

    /// <summary>The lines as they are now, in the order of the request: without a name where there is no such product for sale.</summary>
    private const string ExplainSql = """
        SELECT l.product_id, p.name, l.quantity, s.available, p.price, p.currency
        FROM unnest($1, $2) WITH ORDINALITY AS l (product_id, quantity, line)
        LEFT JOIN (products p JOIN product_stock s ON s.product_id = p.id) ON p.id = l.product_id AND p.archived_at IS NULL
        ORDER BY l.line
        """;

    /// <summary><c>POST /orders</c>.</summary>
    public static async Task<Results<Accepted<OrderView>, ProblemHttpResult>> Endpoint(
        PlaceOrderRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? key, HttpContext http, PlaceOrder orders,
        IOptions<OrderOptions> options, CancellationToken cancellationToken) =>
        !IdempotencyKey.IsValid(key)
            ? IdempotencyKey.Invalid()
            : await orders.PlaceAsync(http.User, key!, request, cancellationToken) switch
            {
                Placed { Order: var order } => TypedResults.Accepted($"/orders/{order.Id}", order.Expiring(options.Value)),
                Refused { Problem: var problem } => problem,
                SessionEnded => EndedSessions.Refuse(http),
                var other => throw new InvalidOperationException($"No answer for {other}."),
            };

    private async Task<Outcome> PlaceAsync(ClaimsPrincipal user, string key, PlaceOrderRequest request, CancellationToken cancellationToken)
    {
        var (customer, lines, hash) = (user.Id(), request.Lines(), request.Hash());
        var (delivery, error) = await ResolveAsync(customer, request.Delivery, cancellationToken);
        if (error is not null)
            return await FirstAsync(customer, key, hash) ?? new Refused(error);
        var terms = new Terms(request.PaymentToken, request.ExpectedTotal, delivery);
        for (var attempt = 1; ; attempt++)
        {
            PostgresException? refusal = null;
            try
            {
                if (await InsertAsync(user, key, hash, lines, terms, cancellationToken) is { } order)
                {
                    OrderTelemetry.Reached(logger, OrderStatus.Pending, order.Id);
                    return new Placed(order);
                }
            }
            catch (PostgresException exception) when (IsRefusal(exception))
            {
                refusal = exception;
            }

            if (await endedSessions.HasEndedAsync(user, cancellationToken))
                return new SessionEnded();
            // The key first: a repeated request gets its first answer, whatever has happened to the products since.
            if (await FirstAsync(customer, key, hash) is { } first)
                return first;
            if (await ExplainAsync(lines, terms) is { } reason)
                return new Refused(reason);
            if (attempt == Attempts)
                throw new UnavailableException("An order was refused repeatedly, each time for a reason that was gone when it was looked up.", refusal);
        }
    }

    /// <summary>The answer to a key that has been used; null when it has not.</summary>
    private async Task<Outcome?> FirstAsync(Guid customer, string key, byte[] hash) =>
        await OrderQueries.FindByKeyAsync(database, customer, key, CancellationToken.None) is not { } first ? null
        : first.RequestHash.AsSpan().SequenceEqual(hash) ? new Placed(first.Order.AsPlaced())
        : new Refused(IdempotencyKey.Reused());

    /// <summary>How and where to the order goes, with the price of this moment; null: nowhere. Or what is wrong with that.</summary>
    private async Task<(OrderDeliveryView?, ProblemHttpResult?)> ResolveAsync(Guid customer, DeliveryRequest? asked, CancellationToken cancellationToken)
    {
        if (asked is null)
            return (null, null);
        if (methods.Find(asked.Method) is not { } method)
            return (null, Problems.Validation(new Dictionary<string, string[]> { ["delivery.method"] = ["Must be the id of a way of delivery."] }));
        var address = asked.AddressId is { } id ? await AddressBook.FindAsync(database, customer, id, cancellationToken) : asked.Address;
        return address is null
            ? (null, Problems.Validation(new Dictionary<string, string[]> { ["delivery.addressId"] = ["Must be the id of one of your addresses."] }))
            : (new(method.Id, method.Name, method.Price, address), null);
    }

    // The stock, when the last pieces went to others since the statement looked; or the same key at the same moment.
    private static bool IsRefusal(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.UniqueViolation || exception.ConstraintName is ProductStockConfiguration.NeverBelowZero;

    /// <summary>
    /// Null when nothing was placed. A client that hangs up while the transaction runs does not cancel it: it finds the order by its key when it returns.
    /// </summary>
    private async Task<OrderView?> InsertAsync(
        ClaimsPrincipal user, string key, byte[] hash, OrderLine[] lines, Terms terms, CancellationToken cancellationToken)
    {
        var (id, customer) = (Guid.CreateVersion7(), user.Id());
        OrderView? order = null;
        // Two requests with the same key wait for each other in its index.
        var work = transactions.Begin(lockKey: $"{customer} {key}");
        work.Read(
            InsertSql, async rows => order = await ReadAsync(rows, id, customer, terms.Delivery),
            id, customer, key, hash, Array.ConvertAll(lines, line => line.ProductId), Array.ConvertAll(lines, line => line.Quantity), terms.PaymentToken,
            EndedSessions.SessionOf(user), terms.Delivery?.Price.Amount ?? 0m, terms.Expected?.Amount.ToString(CultureInfo.InvariantCulture), terms.Expected?.Currency,
            terms.Delivery is null ? null : JsonSerializer.Serialize(terms.Delivery, OrdersJson.Default.OrderDeliveryView), Event.FromDatabase());
        foreach (var line in lines)
            work.ExecuteLast(line.ProductId, TakeStockSql, line.ProductId, line.Quantity, id);
        await work.CommitAsync(cancellationToken);
        return order;
    }

    private static async Task<OrderView?> ReadAsync(NpgsqlDataReader rows, Guid id, Guid customer, OrderDeliveryView? delivery)
    {
        if (!await rows.ReadAsync())
            return null;
        var (number, placedAt) = (rows.GetInt64(0), rows.GetFieldValue<DateTimeOffset>(1));
        var total = new Money(rows.GetDecimal(2), rows.GetString(3));
        var items = new List<OrderItemView>();
        do
            items.Add(new(rows.GetGuid(4), rows.GetString(5), rows.GetInt32(6), total with { Amount = rows.GetDecimal(7) }));
        while (await rows.ReadAsync());
        return OrderView.Placed(id, number, customer, total, items, placedAt, delivery);
    }

    /// <summary>Why the lines were refused; null when nothing is wrong with them now.</summary>
    private async Task<ProblemHttpResult?> ExplainAsync(OrderLine[] lines, Terms terms)
    {
        var (unknown, missing, priced) = (new List<Guid>(), new List<MissingProduct>(), new List<PricedLine>());
        await using var rows = await database.ReadPreparedAsync(
            ExplainSql, [Array.ConvertAll(lines, line => line.ProductId), Array.ConvertAll(lines, line => line.Quantity)]);
        while (await rows.ReadAsync())
        {
            if (rows.IsDBNull(1))
            {
                unknown.Add(rows.GetGuid(0));
                continue;
            }
            var (quantity, available) = (rows.GetInt32(2), rows.GetInt32(3));
            if (available < quantity)
                missing.Add(new(rows.GetGuid(0), rows.GetString(1), quantity, available));
            var price = new Money(rows.GetDecimal(4), rows.GetString(5));
            priced.Add(new(rows.GetGuid(0), rows.GetString(1), quantity, price, price with { Amount = price.Amount * quantity }));
        }
        var currencies = priced.Select(line => line.UnitPrice.Currency).Append(terms.Delivery?.Price.Currency).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var total = priced.Sum(line => line.LineTotal.Amount) + (terms.Delivery?.Price.Amount ?? 0m);
        return unknown.Count > 0 ? Problems.Of(
                StatusCodes.Status400BadRequest, "unknown-product", "A product does not exist or is no longer for sale",
                string.Join(", ", unknown), ("products", unknown))
            : missing.Count > 0 ? Problems.Of(
                StatusCodes.Status409Conflict, "out-of-stock", "There is not enough in stock",
                string.Join(' ', missing.Select(product => $"{product.Name}: {product.Requested} wanted, {product.Available} there.")),
                ("products", missing))
            : currencies.Count > 1 ? Problems.Of(
                StatusCodes.Status409Conflict, "several-currencies", "The products have prices in several currencies",
                $"An order is paid in one currency; these are in {string.Join(" and ", currencies)}. Order them one by one.", ("currencies", currencies))
            : total > Money.MaxAmount ? Problems.Of(
                StatusCodes.Status400BadRequest, "total-too-large", "The total is more than an order can have",
                $"An order's total is at most {Money.MaxAmount}.")
            : terms.Expected is { } expected && expected != new Money(total, currencies[0]) ? Problems.Of(
                StatusCodes.Status409Conflict, "price-changed", "The total is not what was expected",
                $"It is {total} {currencies[0]} now, not {expected.Amount} {expected.Currency}. Nothing was placed.",
                ("lines", priced), ("delivery", terms.Delivery is { } by ? new PricedDelivery(by.Method, by.Price) : null), ("total", new Money(total, currencies[0])))
            : null;
    }

    /// <summary>How it is paid, what the customer has agreed to pay, if they said so, and how it is delivered, if it is.</summary>
    private sealed record Terms(string PaymentToken, Money? Expected, OrderDeliveryView? Delivery);

    private abstract record Outcome;

    private sealed record Placed(OrderView Order) : Outcome;

    private sealed record Refused(ProblemHttpResult Problem) : Outcome;

    private sealed record SessionEnded : Outcome;
}

/// <summary>A product with less stock than was asked for.</summary>
/// <param name="Id">The product.</param>
/// <param name="Name">Its name.</param>
/// <param name="Requested">How many were asked for.</param>
/// <param name="Available">How many there are.</param>
public sealed record MissingProduct(Guid Id, string Name, int Requested, int Available);

/// <summary>A line as it would be ordered now.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name.</param>
/// <param name="Quantity">How many were asked for.</param>
/// <param name="UnitPrice">For one.</param>
/// <param name="LineTotal">For all of them.</param>
public sealed record PricedLine(Guid ProductId, string Name, int Quantity, Money UnitPrice, Money LineTotal);

/// <summary>A delivery as it would be ordered now.</summary>
/// <param name="Method">The id of the way of delivery.</param>
/// <param name="Price">What it costs.</param>
public sealed record PricedDelivery(string Method, Money Price);
