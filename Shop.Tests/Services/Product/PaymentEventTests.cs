using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Product;
using Shop.ServiceDefaults.Access;
using Shop.Tests.Services.Messaging;

namespace Shop.Tests.Services.Product;

/// <summary>Product as it is, with a real broker. The test takes the part of Payment.</summary>
public sealed class PaymentEventTests : MessagingTest
{
    private const string Payments = "product.payments";
    private readonly Guid _customer = Guid.NewGuid();

    [Fact]
    public async Task A_payment_makes_the_order_paid()
    {
        await using var shop = await StartAsync();
        var order = await shop.PlaceAsync(_customer, quantity: 2);

        await SendAsync(Paid(order));

        var paid = await shop.OrderWhenAsync(order, _customer, "paid");
        Assert.Equal("""{"status":"paid"}""", paid.GetProperty("payment").GetRawText());
        Assert.Equal(["pending", "paid"], States(paid));
        Assert.Equal(8, await shop.StockAsync());
    }

    [Fact]
    public async Task What_was_paid_leaves_the_cart_and_what_was_put_in_later_or_was_refused_stays()
    {
        await using var shop = await StartAsync();
        await shop.PutIntoCartAsync(_customer, quantity: 2);
        await SendAsync(Refused(await shop.PlaceAsync(_customer, quantity: 2)));
        var order = await shop.PlaceAsync(_customer, quantity: 2);
        Assert.Equal(1, await shop.CountAsync("cart_items"));

        await SendAsync(Paid(order));
        await shop.OrderWhenAsync(order, _customer, "paid");
        Assert.Equal(0, await shop.CountAsync("cart_items"));

        var another = await shop.PlaceAsync(_customer, quantity: 1);
        await shop.PutIntoCartAsync(_customer, quantity: 1);
        await SendAsync(Paid(another));
        await shop.OrderWhenAsync(another, _customer, "paid");
        Assert.Equal(1, await shop.CountAsync("cart_items"));
    }

    [Fact]
    public async Task A_refusal_declines_the_order_and_the_stock_comes_back()
    {
        await using var shop = await StartAsync();
        var order = await shop.PlaceAsync(_customer, quantity: 2);
        Assert.Equal(8, await shop.StockAsync());

        await SendAsync(Refused(order));

        var declined = await shop.OrderWhenAsync(order, _customer, "declined");
        Assert.Equal("""{"status":"declined","reason":"insufficient_funds"}""", declined.GetProperty("payment").GetRawText());
        Assert.Equal("insufficient_funds", declined.GetProperty("history")[1].GetProperty("reason").GetString());
        Assert.Equal(10, await shop.StockAsync());
    }

    [Fact, Trait("security", "35")]
    public async Task An_event_that_comes_again_changes_nothing()
    {
        await using var shop = await StartAsync();
        var order = await shop.PlaceAsync(_customer, quantity: 2);
        var (id, last) = (NewId(), await shop.PlaceAsync(_customer, quantity: 1));

        await SendAsync(Refused(order), id);
        await SendAsync(Refused(order), id);
        await SendAsync(Refused(order));
        // Messages are handled side by side: only what is sent after the order is declined surely comes too late.
        await shop.OrderWhenAsync(order, _customer, "declined");
        await SendAsync(Paid(order));
        await SendAsync(Paid(last));

        await shop.OrderWhenAsync(last, _customer, "paid");
        await Eventually.TrueAsync(async () => await shop.CountAsync("inbox") == 4, "each message is handled once");
        Assert.Equal(["pending", "declined"], States(await shop.OrderWhenAsync(order, _customer, "declined")));
        Assert.Equal(9, await shop.StockAsync());
        Assert.Equal(0, await shop.CountAsync("dead_letters"));
    }

    private static IEnumerable<string?> States(JsonElement order) =>
        order.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("status").GetString());

    private static PaymentDeclined Refused(Guid order) => new(order, "insufficient_funds", DateTimeOffset.UnixEpoch);

    private Task SendAsync<T>(T message, string? id = null) where T : IContract => Broker.SendAsync(Payments, T.Name, Json(message), id ?? NewId());

    private async Task<RunningShop> StartAsync()
    {
        var shop = await RunningShop.StartAsync(Database.ConnectionString);
        await Broker.UntilConsumedAsync(Payments);
        return shop;
    }

    /// <summary>A service with one product, of which there are ten.</summary>
    private sealed class RunningShop(ServiceFactory<ProductDb> service, TestIssuer issuer, NpgsqlDataSource data) : IAsyncDisposable
    {
        private Guid _product;

        public static async Task<RunningShop> StartAsync(string connectionString)
        {
            var issuer = await TestIssuer.StartAsync();
            var service = new ServiceFactory<ProductDb>(
                ("ConnectionStrings:productdb", connectionString),
                ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()),
                ("Auth:Issuer", issuer.Url),
                ("environment", "Development"),
                ("Logging:LogLevel:Default", "Critical"));
            var shop = new RunningShop(service, issuer, NpgsqlDataSource.Create(connectionString));
            var created = await shop.SendAsync(
                HttpMethod.Post, "/products", issuer.Token(Guid.NewGuid(), Permissions.CatalogWrite), ProductService.Body(stock: 10));
            shop._product = created.GetProperty("id").GetGuid();
            return shop;
        }

        public async Task<Guid> PlaceAsync(Guid customer, int quantity) =>
            (await SendAsync(HttpMethod.Post, "/orders", issuer.Token(customer), new
            {
                items = new[] { new { productId = _product, quantity } },
                paymentToken = "tok_visa",
            })).GetProperty("id").GetGuid();

        public Task<JsonElement> PutIntoCartAsync(Guid customer, int quantity) =>
            SendAsync(HttpMethod.Put, $"/cart/items/{_product}", issuer.Token(customer), new { quantity });

        public async Task<JsonElement> OrderWhenAsync(Guid id, Guid customer, string status)
        {
            JsonElement order = default;
            await Eventually.TrueAsync(
                async () => (order = await SendAsync(HttpMethod.Get, $"/orders/{id}", issuer.Token(customer))).GetProperty("status").GetString() == status,
                $"the order is {status}");
            return order;
        }

        /// <summary>With a token, which reads past the cache.</summary>
        public async Task<int> StockAsync() =>
            (await SendAsync(HttpMethod.Get, $"/products/{_product}", issuer.Token(Guid.NewGuid()))).GetProperty("stock").GetInt32();

        public async Task<long> CountAsync(string table)
        {
            await using var command = data.CreateCommand($"SELECT count(*) FROM {table}");
            return Convert.ToInt64(await command.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture);
        }

        public async ValueTask DisposeAsync()
        {
            await service.DisposeAsync();
            await issuer.DisposeAsync();
            await data.DisposeAsync();
        }

        private async Task<JsonElement> SendAsync(HttpMethod method, string path, string token, object? body = null)
        {
            using var client = service.CreateClient();
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", NewId());
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await client.SendAsync(request, Cancel);
            return JsonElement.Parse(Encoding.UTF8.GetString(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancel)));
        }
    }
}
