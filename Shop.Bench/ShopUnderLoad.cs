using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.Bench;

/// <summary>The whole system, started from AppHost.cs, with a customer's and an admin's client and products to buy.</summary>
internal sealed class ShopUnderLoad : IAsyncDisposable
{
    private const string AdminPassword = "a password for benchmarks only";
    private readonly DistributedApplication _app;

    private ShopUnderLoad(DistributedApplication app, HttpClient customer, string productDatabase, IReadOnlyList<Guid> products)
    {
        _app = app;
        Customer = customer;
        ProductDatabase = productDatabase;
        Products = products;
    }

    /// <summary>Speaks to Product with a token, over as many connections as are used at once.</summary>
    public HttpClient Customer { get; }

    public string ProductDatabase { get; }

    public IReadOnlyList<Guid> Products { get; }

    public static async Task<ShopUnderLoad> StartAsync(int products, CancellationToken cancellationToken)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            [$"--Parameters:admin-password={AdminPassword}"], cancellationToken);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        var app = await builder.BuildAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        foreach (var service in (string[])["auth", "product", "payment"])
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(service, cancellationToken);
        }

        var customer = app.CreateHttpClient("product", "http");
        customer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(app, cancellationToken));
        var database = (await app.GetConnectionStringAsync("productdb", cancellationToken))!;
        return new ShopUnderLoad(app, customer, database, await AddProductsAsync(database, products, cancellationToken));
    }

    /// <summary>Places an order of one piece of a product, chosen at random, that must be accepted.</summary>
    public async Task PlaceAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new
            {
                items = new[] { new { productId = Products[Random.Shared.Next(Products.Count)], quantity = 1 } },
                paymentToken = "tok_visa",
            }),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await Customer.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    /// <summary>Stops a service and returns when it has ended.</summary>
    public async Task StopAsync(string service, CancellationToken cancellationToken)
    {
        var stopped = await _app.ResourceCommands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
        if (!stopped.Success)
        {
            throw new InvalidOperationException(stopped.ErrorMessage);
        }
    }

    /// <summary>Returns when no order is pending any more.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(ProductDatabase);
        await using var pending = database.CreateCommand("select exists (select from orders where status = 'pending')");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((bool)(await pending.ExecuteScalarAsync(cancellationToken))!)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Customer.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task<string> TokenAsync(DistributedApplication app, CancellationToken cancellationToken)
    {
        using var auth = app.CreateHttpClient("auth", "http");
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

    /// <summary>Copies of the seeded products, with stock for any run, put straight into the database.</summary>
    private static async Task<IReadOnlyList<Guid>> AddProductsAsync(string connectionString, int count, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var insert = database.CreateCommand("""
            with added as (
                insert into products (id, slug, name, description, category, price, currency, version, image_version, created_at)
                select gen_random_uuid(), 'bench-' || n, 'Bench product ' || n, '', category, price, currency, 1, 0, now()
                from (select category, price, currency from products limit 1) as sample, generate_series(1, $1) as n
                returning id)
            insert into product_stock (product_id, available) select id, 1000000 from added returning product_id
            """);
        insert.Parameters.Add(new NpgsqlParameter { Value = count });
        var ids = new List<Guid>(count);
        await using var reader = await insert.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
