using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.Product.Catalog;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Database;

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
            try
            {
                var order = await InsertAsync(customer, key, hash, lines, request.PaymentToken, cancel);
                outbox.Raise();
                OrderTelemetry.Reached(logger, OrderStatus.Pending, order.Id);
                return new Accepted(order);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.NumericValueOutOfRange)
            {
                return new TooExpensive();
            }
            catch (PostgresException e) when (IsRefusal(e))
            {
                // The key first: what was placed once is answered as then, whatever has happened to its products.
                if (await OrderReader.FindByKeyAsync(database, customer, key, CancellationToken.None) is { } first)
                {
                    outbox.Raise();
                    return first.RequestHash.AsSpan().SequenceEqual(hash) ? new Accepted(first.Order.AsPlaced()) : new KeyReused();
                }
                if (await ExplainAsync(lines) is { } refusal)
                    return refusal;
                if (attempt == Attempts)
                    throw;
            }
        }
    }

    // Not unique is the key; or the order itself, when the server has committed a shared transaction and then said that it has not, as when it stops.
    private static bool IsRefusal(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.NotNullViolation or PostgresErrorCodes.UniqueViolation
        || e.ConstraintName is ProductStockConfiguration.NeverBelowZero;

    /// <summary>The transaction. It cannot be called off half-way: a client that has gone finds the order by its key when it comes back.</summary>
    private async Task<OrderView> InsertAsync(
        Guid customer, string key, byte[] hash, OrderLine[] lines, string paymentToken, CancellationToken cancel)
    {
        var id = Guid.CreateVersion7();
        OrderView? order = null;
        var share = new Share([Insert(id, customer, key, hash, lines, paymentToken)])
        {
            // Two of one key wait for each other in the index of the keys.
            Place = $"{customer} {key}",
            // So that the row of a product that everybody wants is locked as shortly as can be.
            Last = [.. lines.Select(line => (line.ProductId, Take(line)))],
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
        return order!;
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

    private static NpgsqlBatchCommand Take(OrderLine line) => new(PlacementSql.Take)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = line.ProductId }, new NpgsqlParameter<int> { TypedValue = line.Quantity } },
    };

    private static async Task<OrderView> ReadAsync(NpgsqlDataReader reader, Guid id, Guid customer)
    {
        await reader.ReadAsync();
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
        var unknown = new List<Guid>();
        var missing = new List<MissingProduct>();
        await using var reader = await database.ReadPreparedAsync(command);
        while (await reader.ReadAsync())
        {
            if (reader.IsDBNull(1))
                unknown.Add(reader.GetGuid(0));
            else
                missing.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3)));
        }
        return unknown.Count > 0 ? new UnknownProducts(unknown) : missing.Count > 0 ? new OutOfStock(missing) : null;
    }
}
