using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Product;
using Shop.Product.Accounts;
using Shop.Product.Orders;
using Shop.Product.Shipping;

namespace Shop.Bench;

/// <summary>
/// Places orders as Product does, with its own code and its own settings of the connection, but without HTTP around it, and each order in a
/// transaction and on a connection of its own.
/// </summary>
internal sealed class BarePlacement : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    // One for each that places at the same time: those of one would share transactions.
    private readonly ConcurrentBag<PlaceOrder> _idle = [];
    private readonly DefaultHttpContext _http = new() { User = new(new ClaimsIdentity([new("sub", Guid.NewGuid().ToString())])) };
    private readonly Guid[] _products;

    private readonly DeliveryMethods _methods = new(Options.Create(new DeliveryOptions()), Options.Create(new ShopOptions()));
    private readonly IOptions<OrderOptions> _orders = Options.Create(new OrderOptions());

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
            placement = new PlaceOrder(_database, new Transactions(_database, new OutboxSignal()), new EndedSessions(_database), _methods, NullLogger<PlaceOrder>.Instance);
        if ((await PlaceOrder.Endpoint(request, Guid.NewGuid().ToString(), _http, placement, _orders, CancellationToken.None)).Result is not Accepted<OrderView>)
            throw new InvalidOperationException("An order was refused.");
        _idle.Add(placement);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
