using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Product.Catalog;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Orders;

/// <summary>
/// Places orders. An accepted one is one round trip: a batch, and so one transaction, in which the constraints of the tables decide. What
/// they refuse leaves nothing behind, the idempotency key included; only then is asked why. Orders that come at the same time share it.
/// </summary>
public sealed class OrderPlacement(NpgsqlDataSource database, OutboxSignal outbox, ILogger<OrderPlacement> logger)
{
    /// <summary>How often an order is tried whose refusal cannot be explained any more, because the stock came back in between.</summary>
    private const int Attempts = 3;

    /// <summary>How long an order waits for its turn, when the database is slow or gone, before the customer hears that it is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly GroupCommit _transactions = new(database);

    /// <summary>Places the order, or says why not, or what became of it when it was placed before.</summary>
    /// <param name="customer">Who orders.</param>
    /// <param name="key">The customer's name for the request, valid.</param>
    /// <param name="request">What is asked for, valid.</param>
    /// <param name="cancel">Does not place it, if it is not being placed already.</param>
    /// <exception cref="UnavailableException">Too many wait for the database; nothing has happened.</exception>
    public async Task<Placement> PlaceAsync(Guid customer, string key, PlaceOrderRequest request, CancellationToken cancel)
    {
        var lines = request.Lines();
        var hash = request.Hash();
        for (var attempt = 1; ; attempt++)
        {
            PostgresException? refusal = null;
            try
            {
                if (await InsertAsync(customer, key, hash, lines, request.PaymentToken, cancel) is { } order)
                {
                    outbox.Raise();
                    OrderTelemetry.Reached(logger, OrderStatus.Pending, order.Id);
                    return new Accepted(order);
                }
            }
            catch (PostgresException e) when (IsRefusal(e))
            {
                refusal = e;
            }

            // The key first: what was placed once is answered as then, whatever has happened to its products.
            if (await OrderReader.FindByKeyAsync(database, customer, key, CancellationToken.None) is { } first)
            {
                outbox.Raise();
                return first.RequestHash.AsSpan().SequenceEqual(hash) ? new Accepted(first.Order.AsPlaced()) : new KeyReused();
            }
            if (await ExplainAsync(lines) is { } reason)
                return reason;
            if (attempt == Attempts)
                throw new UnavailableException("An order was refused again and again for reasons that were gone when they were asked for.", refusal);
        }
    }

    // The stock, when the last pieces went to others between the statement's look and its taking; or a key of the same moment.
    private static bool IsRefusal(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UniqueViolation || e.ConstraintName is ProductStockConfiguration.NeverBelowZero;

    /// <summary>
    /// The transaction; null when it has placed nothing. It cannot be called off half-way: a client that has gone finds the order by its key when it
    /// comes back.
    /// </summary>
    private async Task<OrderView?> InsertAsync(
        Guid customer, string key, byte[] hash, OrderLine[] lines, string paymentToken, CancellationToken cancel)
    {
        var id = Guid.CreateVersion7();
        OrderView? order = null;
        var share = new Share([Insert(id, customer, key, hash, lines, paymentToken)])
        {
            // Two of one key wait for each other in the index of the keys.
            Place = $"{customer} {key}",
            // So that the row of a product that everybody wants is locked as shortly as can be.
            Last = [.. lines.Select(line => (line.ProductId, Take(line, id)))],
            Read = async reader => order = await ReadAsync(reader, id, customer),
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await _transactions.RunAsync(share, patience.Token, CancellationToken.None);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new UnavailableException("Too many orders wait to be placed.");
        }
        return order;
    }

    private static NpgsqlBatchCommand Insert(Guid id, Guid customer, string key, byte[] hash, OrderLine[] lines, string paymentToken) =>
        new(PlacementSql.Insert)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = id },
                new NpgsqlParameter<Guid> { TypedValue = customer },
                new NpgsqlParameter<string> { TypedValue = key },
                new NpgsqlParameter<byte[]> { TypedValue = hash },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(lines, line => line.ProductId) },
                new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(lines, line => line.Quantity) },
                new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() },
                new NpgsqlParameter<string> { TypedValue = OrderPlaced.Name },
                new NpgsqlParameter<string> { TypedValue = paymentToken },
                new NpgsqlParameter<string?> { TypedValue = Activity.Current?.Id, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string?> { TypedValue = Activity.Current?.TraceStateString, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };

    private static NpgsqlBatchCommand Take(OrderLine line, Guid order) => new(PlacementSql.Take)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = line.ProductId }, new NpgsqlParameter<int> { TypedValue = line.Quantity },
            new NpgsqlParameter<Guid> { TypedValue = order },
        },
    };

    private static async Task<OrderView?> ReadAsync(NpgsqlDataReader reader, Guid id, Guid customer)
    {
        if (!await reader.ReadAsync())
            return null;
        var (number, placedAt) = (reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1));
        var total = new Money(reader.GetDecimal(2), reader.GetString(3));
        var items = new List<OrderItemView>();
        do
            items.Add(new(reader.GetGuid(4), reader.GetString(5), reader.GetInt32(6), total with { Amount = reader.GetDecimal(7) }));
        while (await reader.ReadAsync());
        return OrderView.Placed(id, number, customer, total, items, placedAt);
    }

    /// <summary>Why the lines were refused; null when nothing speaks against them now.</summary>
    private async Task<Placement?> ExplainAsync(OrderLine[] lines)
    {
        await using var command = new NpgsqlCommand(PlacementSql.Explain);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(lines, line => line.ProductId) });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(lines, line => line.Quantity) });
        var (unknown, missing, currencies, total) = (new List<Guid>(), new List<MissingProduct>(), new HashSet<string>(), 0m);
        await using var reader = await database.ReadPreparedAsync(command);
        while (await reader.ReadAsync())
        {
            if (reader.IsDBNull(1))
            {
                unknown.Add(reader.GetGuid(0));
                continue;
            }
            var (quantity, available) = (reader.GetInt32(2), reader.GetInt32(3));
            if (available < quantity)
                missing.Add(new(reader.GetGuid(0), reader.GetString(1), quantity, available));
            total += reader.GetDecimal(4) * quantity;
            currencies.Add(reader.GetString(5));
        }
        return unknown.Count > 0 ? new UnknownProducts(unknown)
            : missing.Count > 0 ? new OutOfStock(missing)
            : currencies.Count > 1 ? new SeveralCurrencies([.. currencies.Order(StringComparer.Ordinal)])
            : total > Money.MaxAmount ? new TooExpensive()
            : null;
    }
}
