using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.Bench;

/// <summary>The whole system, started from AppHost.cs, with products to buy and somebody who buys them.</summary>
internal sealed class ShopUnderLoad : IAsyncDisposable
{
    private const string AdminPassword = "a password for benchmarks only";
    private static readonly string[] Services = ["auth", "product", "payment"];

    private readonly DistributedApplication _app;
    private readonly ShopProcesses _processes;
    private byte[][] _orders = [];

    private ShopUnderLoad(DistributedApplication app, string productDatabase, string paymentDatabase, string broker)
    {
        _app = app;
        _processes = new ShopProcesses(app);
        ProductConnection = productDatabase;
        ProductDatabase = NpgsqlDataSource.Create(productDatabase);
        PaymentDatabase = NpgsqlDataSource.Create(paymentDatabase);
        Broker = broker;
    }

    public string ProductConnection { get; }

    public NpgsqlDataSource ProductDatabase { get; }

    public NpgsqlDataSource PaymentDatabase { get; }

    /// <summary>The connection string of RabbitMQ.</summary>
    public string Broker { get; }

    /// <summary>The products that were put there to be ordered.</summary>
    public Guid[] Products { get; private set; } = [];

    /// <summary>Processor time, memory and addresses of what runs.</summary>
    public ShopProcesses Processes => _processes;

    /// <summary>Starts it and waits until all is well.</summary>
    /// <param name="products">How many are there to be ordered, beside those that every new store has.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="InvalidOperationException">What runs was not built as this was.</exception>
    public static async Task<ShopUnderLoad> StartAsync(int products, CancellationToken cancellationToken)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            [$"--Parameters:admin-password={AdminPassword}"], cancellationToken);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error).AddFilter("Shop.AppHost.Resources", LogLevel.None)
            // While it starts nothing is healthy.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        var app = await builder.BuildAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        foreach (var service in (string[])[.. Services, "web", "admin"])
            await app.ResourceNotifications.WaitForResourceHealthyAsync(service, cancellationToken);

        var shop = new ShopUnderLoad(
            app,
            (await app.GetConnectionStringAsync("productdb", cancellationToken))!,
            (await app.GetConnectionStringAsync("paymentdb", cancellationToken))!,
            (await app.GetConnectionStringAsync("messaging", cancellationToken))!);
        await shop.Processes.ExpectBuiltAsync(Services, cancellationToken);
        shop.Sell(await BulkData.AddProductsAsync(shop.ProductDatabase, products, cancellationToken));
        return shop;
    }

    /// <summary>From now on these are ordered.</summary>
    public void Sell(Guid[] products)
    {
        Products = products;
        _orders = [.. products.Select(id => Encoding.UTF8.GetBytes(
            $$"""{"items":[{"productId":"{{id}}","quantity":1}],"paymentToken":"tok_visa"}"""))];
    }

    /// <summary>A client of Product, signed in anew: a token is good for ten minutes.</summary>
    public async Task<LeanClient> SignInAsync(int connections, CancellationToken cancellationToken) =>
        new(_app.GetEndpoint("product", "http"), connections, await TokenAsync(cancellationToken));

    /// <summary>A client of Product who has not signed in.</summary>
    public LeanClient Visit(int connections) => new(_app.GetEndpoint("product", "http"), connections, token: null);

    /// <summary>A client of Web who has not signed in.</summary>
    public LeanClient VisitStore(int connections) => new(_app.GetEndpoint("web", "http"), connections, token: null);

    /// <summary>Places an order of one piece of a product, chosen at random, and returns the answer.</summary>
    public Task<(HttpStatusCode Status, Uri? Location)> TryPlaceAsync(LeanClient client, CancellationToken cancellationToken) =>
        client.OrderAsync(_orders[Random.Shared.Next(_orders.Length)], cancellationToken);

    /// <summary>The same, that must be accepted; returns where it is.</summary>
    public async Task<string> PlaceAsync(LeanClient client, CancellationToken cancellationToken)
    {
        var (status, location) = await TryPlaceAsync(client, cancellationToken);
        LeanClient.Expect(HttpStatusCode.Accepted, status, "POST /orders");
        return location!.OriginalString;
    }

    /// <summary>Stops a service and returns when it has ended.</summary>
    public async Task StopAsync(string service, CancellationToken cancellationToken)
    {
        var stopped = await _app.ResourceCommands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
        if (!stopped.Success)
            throw new InvalidOperationException(stopped.Message);
    }

    /// <summary>Returns when no order is pending any more.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        // From where it came to last: asking for any would go through all that were pending before, and take from what is measured.
        await using var oldest = ProductDatabase.CreateCommand(
            "SELECT number FROM orders WHERE number >= $1 AND status = 'pending' ORDER BY number LIMIT 1");
        var number = new NpgsqlParameter<long>();
        oldest.Parameters.Add(number);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await oldest.ExecuteScalarAsync(cancellationToken) is long pending)
        {
            number.TypedValue = pending;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Where Auth is, as services know it: the issuer.</summary>
    public Uri Auth => _app.GetEndpoint("auth", "http");

    /// <summary>A token of the admin, who may see everybody's orders.</summary>
    public async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        using var auth = _app.CreateHttpClient("auth", "http");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "shop-cli",
            ["username"] = "admin@shop.test",
            ["password"] = AdminPassword,
        });
        using var answer = await auth.PostAsync("/connect/token", form, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("access_token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await ProductDatabase.DisposeAsync();
        await PaymentDatabase.DisposeAsync();
        await _processes.DisposeAsync();
        await _app.DisposeAsync();
    }
}
