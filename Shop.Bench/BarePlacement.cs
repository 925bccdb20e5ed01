using Npgsql;
using Shop.Messaging.Outbox;
using Shop.Product.Orders;

namespace Shop.Bench;

/// <summary>Places orders as Product does, with its own code and its own settings of the connection, but without HTTP around it.</summary>
internal sealed class BarePlacement : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly OrderPlacement _placement;
    private readonly Guid _customer = Guid.NewGuid();
    private readonly Guid[] _products;

    public BarePlacement(string connection, Guid[] products)
    {
        _database = NpgsqlDataSource.Create(Microsoft.Extensions.Hosting.DatabaseExtensions.ConnectionDefaults + connection);
        _placement = new OrderPlacement(_database, new OutboxSignal());
        _products = products;
    }

    /// <exception cref="InvalidOperationException">The order was not accepted.</exception>
    public async Task PlaceAsync()
    {
        var request = new PlaceOrderRequest([new OrderLine(_products[Random.Shared.Next(_products.Length)], 1)], "tok_visa");
        if (await _placement.PlaceAsync(_customer, Guid.NewGuid().ToString(), request) is not Accepted)
            throw new InvalidOperationException("An order was refused.");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
