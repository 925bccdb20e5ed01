using System.Net;
using System.Net.Http.Json;
using Shop.Messaging.Contracts;
using Shop.Product;
using Shop.ServiceDefaults.Access;
using Shop.Tests.Services.Messaging;

namespace Shop.Tests.Services.Product;

/// <summary>Whose session or account is over orders nothing, although their access token is good for minutes.</summary>
[Trait("security", "19")]
public sealed class EndedAccessTests : MessagingTest
{
    private const string Accounts = "product.accounts";

    private TestIssuer _issuer = null!;
    private ServiceFactory<ProductDb> _shop = null!;
    private HttpClient _client = null!;
    private Guid _product;

    [Fact]
    public async Task A_session_that_has_ended_places_and_cancels_no_orders()
    {
        await StartAsync();
        var (customer, session) = (Guid.NewGuid(), Guid.NewGuid());
        var (ended, live) = (Token(customer, session), Token(customer, Guid.NewGuid()));
        var order = (await HttpAssert.JsonAsync(await OrderAsync(ended), HttpStatusCode.Accepted)).GetProperty("id").GetGuid();

        await Broker.SendAsync(Accounts, SessionsEnded.Name, Json(new SessionsEnded([session, Guid.NewGuid()], DateTimeOffset.UtcNow)), NewId());
        await RefusedAsync(ended);
        var refused = await SendAsync($"/orders/{order}/cancel", ended);
        await HttpAssert.ProblemAsync(refused, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Accepted, (await OrderAsync(live)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync($"/orders/{order}/cancel", live)).StatusCode);
    }

    [Fact]
    public async Task A_deleted_account_orders_nothing()
    {
        await StartAsync();
        var customer = Guid.NewGuid();
        var token = Token(customer, Guid.NewGuid());
        Assert.Equal(HttpStatusCode.Accepted, (await OrderAsync(token)).StatusCode);
        var address = new { name = "Ada", line1 = "Mill Lane 1", postalCode = "12345", city = "Berlin", country = "DE" };
        Assert.Equal(HttpStatusCode.Created, (await SendAsync("/addresses", token, address)).StatusCode);
        var delivered = await SendAsync("/orders", token, new { items = new[] { new { productId = _product, quantity = 1 } }, paymentToken = "tok_visa", delivery = new { method = "standard", address } });
        Assert.Equal(HttpStatusCode.Accepted, delivered.StatusCode);
        await Broker.SendAsync(Accounts, AccountDeleted.Name, Json(new AccountDeleted(customer, DateTimeOffset.UtcNow)), NewId());
        await RefusedAsync(token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("/addresses", token, address)).StatusCode);
        await using var data = Npgsql.NpgsqlDataSource.Create(Database.ConnectionString);
        // As by a request that was under way: the service removes it when it next looks, as at its start.
        await using var late = data.CreateCommand("INSERT INTO addresses (id, customer_id, content) VALUES (gen_random_uuid(), $1, '{}'); INSERT INTO cart_items VALUES ($1, gen_random_uuid(), 1, now(), now())".Replace("$1", $"'{customer}'", StringComparison.Ordinal));
        await late.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var again = new ServiceFactory<ProductDb>(("ConnectionStrings:productdb", Database.ConnectionString), ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()), ("Auth:Issuer", _issuer.Url));
        again.CreateClient().Dispose();
        await using var left = data.CreateCommand("SELECT (SELECT count(*) FROM addresses) + (SELECT count(*) FROM cart_items) + (SELECT count(*) FROM orders WHERE delivery ? 'address')");
        await Eventually.EqualAsync(0L, async () => (long)(await left.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    public override async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _shop.DisposeAsync();
        await _issuer.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _shop = new(
            ("ConnectionStrings:productdb", Database.ConnectionString), ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()), ("Auth:Issuer", _issuer.Url));
        _client = _shop.CreateClient();
        var made = await SendAsync("/products", _issuer.Token(Guid.NewGuid(), Permissions.CatalogWrite), ProductService.Body(stock: 10));
        _product = (await HttpAssert.JsonAsync(made, HttpStatusCode.Created)).GetProperty("id").GetGuid();
    }

    private string Token(Guid customer, Guid session) => _issuer.Token(customer, [], token => token.Claims["oi_au_id"] = session.ToString());

    private Task<HttpResponseMessage> OrderAsync(string token) =>
        SendAsync("/orders", token, new { items = new[] { new { productId = _product, quantity = 1 } }, paymentToken = "tok_visa" });

    private Task RefusedAsync(string token) =>
        Eventually.EqualAsync(HttpStatusCode.Unauthorized, async () => (await OrderAsync(token)).StatusCode);

    private async Task<HttpResponseMessage> SendAsync(string path, string token, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", NewId());
        request.Headers.Authorization = new("Bearer", token);
        return await _client.SendAsync(request, Cancel);
    }
}
