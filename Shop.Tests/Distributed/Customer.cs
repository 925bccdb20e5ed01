using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests.Distributed;

/// <summary>Somebody with an account and a token, speaking plain HTTP to the services as any client would.</summary>
public sealed class Customer : IDisposable
{
    /// <summary>Everybody's.</summary>
    public const string Password = "correct horse battery staple";

    private readonly HttpClient _auth;
    private readonly HttpClient _product;
    private readonly HttpClient _payment;

    private Customer(ShopSystem shop, string token)
    {
        _auth = Authorized("auth");
        _product = Authorized("product");
        _payment = Authorized("payment");

        HttpClient Authorized(string service)
        {
            var client = shop.App.CreateHttpClient(service, "http");
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return client;
        }
    }

    public HttpClient Auth => _auth;
    public HttpClient Product => _product;
    public HttpClient Payment => _payment;

    public static async Task<Customer> RegisterAsync(ShopSystem shop) => await SignInAsync(shop, await RegisterOnlyAsync(shop), Password);

    /// <summary>Somebody new, who signs in elsewhere; their address.</summary>
    public static async Task<string> RegisterOnlyAsync(ShopSystem shop)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        using var auth = shop.App.CreateHttpClient("auth", "http");
        using var registered = await auth.PostAsJsonAsync("/register", new { email, password = Password }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        return email;
    }

    /// <summary>Somebody new in the given role, which <paramref name="admin"/> gives them.</summary>
    public static async Task<Customer> RegisterStaffAsync(ShopSystem shop, Customer admin, string role)
    {
        using var registered = await RegisterAsync(shop);
        var account = await GetAsync(registered.Auth, "/me");
        using var given = await admin.Auth.PutAsJsonAsync(
            $"/users/{account.GetProperty("id").GetGuid()}/roles", new { roles = new[] { role } }, TestContext.Current.CancellationToken);
        Assert.True(given.IsSuccessStatusCode);
        return await SignInAsync(shop, account.GetProperty("email").GetString()!, Password);
    }

    public static async Task<Customer> SignInAsync(ShopSystem shop, string email, string password)
    {
        using var auth = shop.App.CreateHttpClient("auth", "http");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "shop-cli",
            ["username"] = email,
            ["password"] = password,
        });
        // Asked again as Retry-After says: the test before may have taken the database away.
        using var answer = await Eventually.GetAsync(async () =>
        {
            var tried = await auth.PostAsync("/connect/token", form, TestContext.Current.CancellationToken);
            return tried.StatusCode == HttpStatusCode.ServiceUnavailable ? null : tried;
        }, "Auth answers");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new Customer(shop, (await ReadAsync(answer)).GetProperty("access_token").GetString()!);
    }

    /// <summary>Creates a product of its own for a test (needs <c>catalog.write</c>) and returns its id.</summary>
    public async Task<Guid> CreateProductAsync(int stock, decimal price = 10m, string? name = null)
    {
        var category = (await GetAsync(_product, "/categories")).GetProperty("items")[0].GetProperty("slug").GetString();
        using var created = await _product.PostAsJsonAsync("/products", new
        {
            name = name ?? $"Test product {Guid.NewGuid():N}",
            description = "Made by a test.",
            category,
            price = new { amount = price, currency = "EUR" },
            stock,
        }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return (await ReadAsync(created)).GetProperty("id").GetGuid();
    }

    public async Task<int> StockAsync(Guid productId) => (await GetAsync(_product, $"/products/{productId}")).GetProperty("stock").GetInt32();

    /// <summary>Asks for an order; the answer may be anything.</summary>
    public async Task<HttpResponseMessage> TryPlaceAsync(
        Guid productId, int quantity = 1, string paymentToken = "tok_visa", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new { items = new[] { new { productId, quantity } }, paymentToken }),
        };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        return await _product.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Places an order that must be accepted and returns its id.</summary>
    public async Task<Guid> PlaceAsync(Guid productId, int quantity = 1, string paymentToken = "tok_visa")
    {
        using var answer = await TryPlaceAsync(productId, quantity, paymentToken);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var order = await ReadAsync(answer);
        Assert.Equal("pending", order.GetProperty("status").GetString());
        return order.GetProperty("id").GetGuid();
    }

    public Task<JsonElement> OrderAsync(Guid orderId) => GetAsync(_product, $"/orders/{orderId}");

    /// <summary>Waits until the order has the status, and returns it.</summary>
    public async Task<JsonElement> OrderWhenAsync(Guid orderId, string status, double seconds = 30)
    {
        JsonElement order = default;
        await Eventually.TrueAsync(
            async () => (order = await OrderAsync(orderId)).GetProperty("status").GetString() == status,
            $"order {orderId} is {status}", seconds);
        return order;
    }

    public static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await ReadAsync(answer);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) =>
        await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _auth.Dispose();
        _product.Dispose();
        _payment.Dispose();
    }
}
