using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Hosting;
using Shop.Product;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

/// <summary>
/// Product on a database of its own, without a broker: what it publishes waits in the outbox. Shared by the tests of a class; each makes the
/// products and customers that it needs.
/// </summary>
public class ProductService : IAsyncLifetime
{
    private readonly List<ServiceFactory<ProductDb>> _replicas = [];
    private TestDatabase? _database;
    private TestIssuer? _issuer;

    /// <summary>Settings beside those of every test.</summary>
    protected virtual (string Key, string Value)[] Settings => [];

    /// <summary>Puts something of the test's in the place of what the service has.</summary>
    protected virtual void Replace(IServiceCollection services)
    {
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A client of the service, signed in as nobody.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Who made the tokens, and says what they are still good for.</summary>
    public TestIssuer Issuer => _issuer!;

    /// <summary>The service's database.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("product");
        _issuer = await TestIssuer.StartAsync();
        Client = StartReplica();
        Database = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    /// <summary>Starts the service (once more) on the same database, and returns a client of it, which is the caller's to dispose.</summary>
    public HttpClient StartReplica() => Host().CreateClient();

    /// <summary>Starts the service once more, on a port, for those that can reach it only there; returns its address.</summary>
    protected string StartListening()
    {
        var address = $"http://localhost:{LoopbackPort.Free()}";
        var replica = Host(("urls", address));
        replica.UseKestrel();
        replica.StartServer();
        return address;
    }

    private ServiceFactory<ProductDb> Host(params (string Key, string Value)[] settings)
    {
        var replica = new ServiceFactory<ProductDb>([
            ("ConnectionStrings:productdb", _database!.ConnectionString),
            ("ConnectionStrings:messaging", "amqp://guest:guest@127.0.0.1:1"),
            ("Auth:Issuer", _issuer!.Url),
            ("environment", "Development"),
            ("Logging:LogLevel:Default", "Critical"),
            .. Settings,
            .. settings])
        {
            Replace = Replace,
        };
        _replicas.Add(replica);
        return replica;
    }

    /// <summary>An access token with these permissions.</summary>
    public string Token(Guid user, params string[] permissions) => _issuer!.Token(user, permissions);

    /// <summary>Sends a request as the user; as nobody when there is none.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, Cancel);
    }

    /// <summary>Sends JSON as somebody who may change the catalog.</summary>
    public Task<HttpResponseMessage> StaffAsync(HttpMethod method, string path, object? body = null, string? ifMatch = null) =>
        SendAsync(
            method, path, Token(Guid.NewGuid(), Permissions.CatalogWrite), body is null ? null : JsonContent.Create(body),
            ifMatch is null ? [] : [("If-Match", ifMatch)]);

    /// <summary>Puts a new product on sale and returns it.</summary>
    public async Task<JsonElement> CreateAsync(int stock = 10, decimal price = 10m, string? name = null, string category = "kitchen") =>
        await HttpAssert.JsonAsync(
            await StaffAsync(HttpMethod.Post, "/products", Body(stock, price, name, category)), HttpStatusCode.Created);

    /// <summary>What a product is made of.</summary>
    public static object Body(int? stock = 10, decimal price = 10m, string? name = null, string category = "kitchen") => new
    {
        name = name ?? $"Product {Guid.NewGuid():N}",
        description = "Made by a test.",
        category,
        price = new { amount = price, currency = "EUR" },
        stock,
    };

    /// <summary>Asks for an order.</summary>
    public Task<HttpResponseMessage> OrderAsync(
        Guid customer, (Guid Product, int Quantity)[] lines, string? key = null, string paymentToken = "tok_visa") =>
        SendAsync(
            HttpMethod.Post, "/orders", Token(customer),
            JsonContent.Create(new { items = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }), paymentToken }),
            ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    /// <summary>Places an order that must be accepted, and returns it.</summary>
    public async Task<JsonElement> PlaceAsync(Guid customer, params (Guid Product, int Quantity)[] lines) =>
        await HttpAssert.JsonAsync(await OrderAsync(customer, lines), HttpStatusCode.Accepted);

    /// <summary>The stock of a product.</summary>
    public async Task<int> StockAsync(Guid product) => (await GetAsync($"/products/{product}")).GetProperty("stock").GetInt32();

    /// <summary>Reads what must be there; with a token, of a customer unless another is given, since that reads past the cache.</summary>
    public async Task<JsonElement> GetAsync(string path, string? token = null) =>
        await HttpAssert.JsonAsync(await SendAsync(HttpMethod.Get, path, token ?? Token(Guid.NewGuid())), HttpStatusCode.OK);

    /// <summary>All items of a list, read page by page.</summary>
    public async Task<IReadOnlyList<JsonElement>> AllAsync(string path, int limit, string? token = null)
    {
        var items = new List<JsonElement>();
        var next = "";
        while (true)
        {
            var page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}&after={next}", token);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if (page.GetProperty("next").GetString() is not { } cursor)
                return items;
            Assert.Equal(limit, page.GetProperty("items").GetArrayLength());
            next = cursor;
        }
    }

    /// <summary>The first column of the first row of a statement.</summary>
    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (Database is not null) await Database.DisposeAsync();
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        if (_issuer is not null) await _issuer.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
