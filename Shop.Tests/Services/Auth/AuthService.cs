using System.Net.Http.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Auth;

namespace Shop.Tests.Services.Auth;

// Three, since the tests of a collection run one after the other: none of them is to be what the whole suite waits for.
[CollectionDefinition]
public sealed class SharedAuth : ICollectionFixture<AuthService>;

[CollectionDefinition]
public sealed class AuthPages : ICollectionFixture<AuthService>;

[CollectionDefinition]
public sealed class AuthAccounts : ICollectionFixture<AuthService>;

/// <summary>Auth on a database of its own, shared by its tests; each uses accounts of its own.</summary>
public sealed class AuthService : IAsyncLifetime
{
    /// <summary>What hashing a password costs where it is not the cost that is tested: a twentieth of the real one, half of the tests' time.</summary>
    private const int CheapIterations = 10_000;

    public const string Issuer = "http://localhost";
    public const string AdminEmail = "admin@shop.test";
    public const string AdminPassword = "the password of the first admin";
    public const string Password = "correct horse battery staple";
    public const string Storefront = "http://shop.test";
    public const string WebSecret = "the secret of the storefront, long enough";
    public const string MachineSecret = "the secret of the stock robot, long enough";

    private TestDatabase? _database;
    private ServiceFactory<AuthDb>? _service;
    private ServiceFactory<AuthDb>? _listening;

    /// <summary>A client of the service, signed in as nobody.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>A browser of somebody who was never here.</summary>
    public Browser NewBrowser() => new(_service!.CreateClient(new() { AllowAutoRedirect = false }));

    /// <summary>
    /// A client, which follows no redirects, of a replica on a real port that hashes passwords at the real cost: for what only a real server
    /// does. The client is the caller's.
    /// </summary>
    public async Task<HttpClient> ListenAsync()
    {
        if (_listening is null)
        {
            _listening = HostAtRealCost(_database!);
            _listening.UseKestrel(0);
            (await _listening.CreateClient().GetAsync("/alive", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }
        using var client = _listening.CreateClient();
        return new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = client.BaseAddress };
    }

    /// <summary>The service's database.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("auth");
        _service = Host(_database);
        Client = _service.CreateClient();
        Database = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    /// <summary>A replica of the service on a database. Passwords are hashed at little cost.</summary>
    public static ServiceFactory<AuthDb> Host(TestDatabase database, params (string Key, string Value)[] settings) => new(Settings(database, settings))
    {
        Replace = services => services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = CheapIterations),
    };

    /// <summary>The same with passwords hashed as they are in production.</summary>
    public static ServiceFactory<AuthDb> HostAtRealCost(TestDatabase database, params (string Key, string Value)[] settings) => new(Settings(database, settings));

    private static (string Key, string Value)[] Settings(TestDatabase database, (string Key, string Value)[] settings) => [
        ("ConnectionStrings:authdb", database.ConnectionString),
        // Nobody listens there: what Auth does for people needs no broker.
        ("ConnectionStrings:messaging", "amqp://guest:guest@127.0.0.1:1"),
        ("Logging:LogLevel:Shop.Messaging", "Error"),
        ("Auth:Issuer", Issuer),
        ("Mail:PickupDirectory", database.Folder),
        ("Admin:Email", AdminEmail),
        ("Admin:Password", AdminPassword),
        ("Auth:Web:Address", Storefront),
        ("Auth:Web:Secret", WebSecret),
        ("Auth:Clients:0:Id", "stock-robot"),
        ("Auth:Clients:0:Secret", MachineSecret),
        ("Auth:Clients:0:Permissions:0", "catalog.write"),
        .. settings];

    public static string NewEmail() => $"{Guid.NewGuid():N}@example.org";

    public Task<HttpResponseMessage> RegisterAsync(object request) =>
        Client.PostAsJsonAsync("/register", request, TestContext.Current.CancellationToken);

    /// <summary>Registers somebody new and returns their address.</summary>
    public async Task<string> SomebodyAsync()
    {
        var email = NewEmail();
        (await RegisterAsync(new { email, password = Password })).EnsureSuccessStatusCode();
        return email;
    }

    /// <summary>Asks for tokens with these form fields, as <c>shop-cli</c> unless they name a client.</summary>
    public Task<HttpResponseMessage> TokenAsync(params (string Key, string Value)[] fields) => TokenAsync(Client, fields);

    public static Task<HttpResponseMessage> TokenAsync(HttpClient client, params (string Key, string Value)[] fields)
    {
        var form = fields.ToDictionary(field => field.Key, field => field.Value);
        form.TryAdd("client_id", "shop-cli");
        return client.PostAsync("/connect/token", new FormUrlEncodedContent(form), TestContext.Current.CancellationToken);
    }

    /// <summary>Asks for tokens by password.</summary>
    public Task<HttpResponseMessage> SignInAsync(string email, string password = Password, string scope = "offline_access") =>
        TokenAsync(("grant_type", "password"), ("username", email), ("password", password), ("scope", scope));

    /// <summary>Asks for tokens by refresh token.</summary>
    public Task<HttpResponseMessage> RefreshAsync(string token) => TokenAsync(("grant_type", "refresh_token"), ("refresh_token", token));

    /// <summary>Sends a request with an access token.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string accessToken, object? body = null) =>
        Client.SendAsync(new(method, path)
        {
            Headers = { Authorization = new("Bearer", accessToken) },
            Content = body is null ? null : JsonContent.Create(body),
        }, TestContext.Current.CancellationToken);

    /// <summary>The first column of the first row of a statement.</summary>
    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
        if (_listening is not null)
            await _listening.DisposeAsync();
        if (_service is not null)
            await _service.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
