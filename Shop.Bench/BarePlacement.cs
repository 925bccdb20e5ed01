using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.Messaging.Outbox;
using Shop.Product.Orders;

namespace Shop.Bench;

/// <summary>
/// Places orders as Product does, with its own code and its own settings of the connection, but without HTTP around it, and each order in a
/// transaction and on a connection of its own.
/// </summary>
internal sealed class BarePlacement : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    // One for each who places: orders of one share transactions.
    private readonly ConcurrentBag<OrderPlacement> _idle = [];
    private readonly Guid _customer = Guid.NewGuid();
    private readonly Guid[] _products;

    public BarePlacement(string connection, Guid[] products)
    {
        _database = NpgsqlDataSource.Create(Shop.Messaging.Database.DatabaseExtensions.ConnectionDefaults + connection);
        _products = products;
    }

    /// <exception cref="InvalidOperationException">The order was not accepted.</exception>
    public async Task PlaceAsync()
    {
        var request = new PlaceOrderRequest([new OrderLine(_products[Random.Shared.Next(_products.Length)], 1)], "tok_visa");
        if (!_idle.TryTake(out var placement))
            placement = new OrderPlacement(_database, new OutboxSignal(), NullLogger<OrderPlacement>.Instance);
        if (await placement.PlaceAsync(_customer, Guid.NewGuid().ToString(), request, CancellationToken.None) is not Accepted)
            throw new InvalidOperationException("An order was refused.");
        _idle.Add(placement);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
