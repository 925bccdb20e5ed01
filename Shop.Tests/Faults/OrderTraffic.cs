using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Shop.Tests.Distributed;

namespace Shop.Tests.Faults;

/// <summary>
/// Some 30 orders a second by a few customers, each with a key of its own, with good and bad cards; some are called off at once, some a
/// moment later, of some support gives the money back. A request that gets no definite answer is sent again with the same key until it does, as a good client does.
/// </summary>
public sealed class OrderTraffic : IAsyncDisposable
{
    private const int Buyers = 20;
    private const int Customers = 4;
    private const int Plenty = 100_000;
    private const int Few = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(90);

    private static readonly string[] Cards =
        ["tok_visa", "tok_visa", "tok_declined", "tok_visa", "tok_visa", "tok_flaky", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_timeout"];

    private readonly ShopUnderFaults _shop;
    private readonly Customer _admin;
    private readonly Customer[] _customers;
    private readonly HttpClient _product;
    private readonly HttpClient _payment;
    private readonly ConcurrentDictionary<string, Asked> _asked = [];
    private readonly ConcurrentDictionary<Guid, Stocked> _stocked = [];
    private readonly ConcurrentDictionary<string, int> _failures = [];
    private Scene _scene;
    private Task _buying = Task.CompletedTask;
    private volatile bool _stopping;

    private OrderTraffic(ShopUnderFaults shop, Customer admin, Customer[] customers, Scene scene)
    {
        (_shop, _admin, _customers, _scene) = (shop, admin, customers, scene);
        // Not the testing builder's client, which repeats requests by itself.
        _product = new HttpClient { BaseAddress = shop.App.GetEndpoint("product", "http"), Timeout = Patience };
        _payment = new HttpClient { BaseAddress = shop.App.GetEndpoint("payment", "http"), Timeout = Patience };
    }

    /// <summary>All keys of this traffic begin with it.</summary>
    public string Prefix { get; } = $"{Guid.NewGuid():N}-";

    /// <summary>When it began.</summary>
    public DateTime Began { get; } = DateTime.UtcNow;

    /// <summary>All that was asked for, by key.</summary>
    public IReadOnlyDictionary<string, Asked> Requests => _asked;

    /// <summary>All products that were sold, with what there was of them.</summary>
    public IReadOnlyDictionary<Guid, Stocked> Products => _stocked;

    /// <summary>How often requests failed, by what the client saw.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    private int Accepted => _asked.Values.Count(asked => asked.Order is not null);

    public static async Task<OrderTraffic> StartAsync(ShopUnderFaults shop)
    {
        var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var customers = await Task.WhenAll(Enumerable.Range(0, Customers).Select(_ => Customer.RegisterAsync(shop)));
        var traffic = new OrderTraffic(shop, admin, customers, new Scene("before any fault", [], false));
        traffic._scene = await traffic.SceneAsync("before any fault", false);
        traffic._buying = Task.WhenAll(Enumerable.Range(0, Buyers).Select(traffic.BuyAsync));
        return traffic;
    }

    /// <summary>
    /// Causes a fault while orders flow; returns when all is healthy and orders flow again. What is asked for meanwhile is of products of
    /// its own, so that whatever turns out to be off can be told to come of this fault.
    /// </summary>
    /// <param name="fault">The fault, in words.</param>
    /// <param name="cause">Causes it.</param>
    /// <param name="cutConnections">Whether to cut the connection of each third request as soon as it is sent.</param>
    public async Task DuringAsync(string fault, Func<Task> cause, bool cutConnections = false)
    {
        _scene = await SceneAsync(fault, cutConnections);
        await AcceptAsync(30);
        await cause();
        await _shop.WhenHealthyAsync();
        await AcceptAsync(60);
    }

    /// <summary>Returns when so many further orders have been accepted.</summary>
    public Task AcceptAsync(int orders)
    {
        var enough = Accepted + orders;
        return Eventually.TrueAsync(() => Task.FromResult(Accepted >= enough), $"{orders} more orders are accepted", seconds: 60);
    }

    /// <summary>Asks for nothing new; returns when whatever was asked for has its answer.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        return _buying;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _product.Dispose();
        _payment.Dispose();
        _admin.Dispose();
        Array.ForEach(_customers, customer => customer.Dispose());
    }

    private async Task<Scene> SceneAsync(string fault, bool cutConnections)
    {
        var products = new List<Guid>();
        foreach (var stock in (int[])[Plenty, Plenty, Few])
        {
            products.Add(await _admin.CreateProductAsync(stock, 9.99m));
            _stocked[products[^1]] = new Stocked(fault, stock);
        }

        return new Scene(fault, products, cutConnections);
    }

    private async Task BuyAsync(int buyer)
    {
        // Each at a pace of its own, so that they don't come all at once.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(350 + (25 * buyer)));
        for (var n = buyer; !_stopping; n += Buyers + 1)
        {
            await pace.WaitForNextTickAsync();
            await OrderAsync(pace, _customers[buyer % Customers], n);
        }
    }

    private async Task OrderAsync(PeriodicTimer pace, Customer customer, int n)
    {
        var scene = _scene;
        var key = $"{Prefix}{Guid.NewGuid():N}";
        var asked = _asked[key] = new Asked(scene.Fault);
        var (first, second) = (scene.Products[n % 3], scene.Products[(n + 1) % 3]);
        var lines = new[] { new { productId = first, quantity = 1 + (n % 2) }, new { productId = second, quantity = 1 } };
        var body = JsonSerializer.SerializeToUtf8Bytes(new { items = lines.Take(1 + (n % 5 / 4)), paymentToken = Cards[n % Cards.Length] });
        if (scene.CutConnections && n % 3 == 0)
            await CutConnection.SendAsync(_product.BaseAddress!, customer, key, body, reset: n % 2 == 0);

        await UntilAnsweredAsync(pace, asked, _product, customer, "/orders", key, body, async answer =>
        {
            if (answer.StatusCode == HttpStatusCode.Accepted)
                asked.Order = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
            asked.Refused = answer.StatusCode == HttpStatusCode.Conflict;
            return asked.Order is not null || asked.Refused;
        });
        if (asked.Order is { } order && n % 7 == 0)
        {
            if (n % 2 == 0)
                await pace.WaitForNextTickAsync();
            await UntilAnsweredAsync(pace, asked, _product, customer, $"/orders/{order}/cancel", null, [], answer =>
                Task.FromResult(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict));
        }
        if (asked.Order is { } refunded && n % 9 == 4)
        {
            await pace.WaitForNextTickAsync();
            // Not found: Payment has not heard of it yet.
            await UntilAnsweredAsync(pace, asked, _payment, _admin, $"/payments/{refunded}/refund", $"refund-{refunded}", [], answer =>
                Task.FromResult(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict or HttpStatusCode.NotFound));
        }
    }

    private async Task UntilAnsweredAsync(
        PeriodicTimer pace, Asked asked, HttpClient service, Customer caller, string path, string? key, byte[] body,
        Func<HttpResponseMessage, Task<bool>> isAnswer)
    {
        var clock = Stopwatch.StartNew();
        while (!await TryAsync())
        {
            if (clock.Elapsed > LongestTrial)
            {
                asked.Unanswered = path;
                return;
            }

            await pace.WaitForNextTickAsync();
        }

        async Task<bool> TryAsync()
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/json");
                request.Headers.Authorization = caller.Product.DefaultRequestHeaders.Authorization;
                if (key is not null)
                    request.Headers.Add("Idempotency-Key", key);
                using var answer = await service.SendAsync(request);
                return await isAnswer(answer) || Failed($"{(int)answer.StatusCode}");
            }
            // The last when the connection ends just after it was made: HttpClient lets it through as it is.
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or SocketException)
            {
                return Failed(e is OperationCanceledException ? "no answer" : "connection");
            }
        }
    }

    private bool Failed(string how)
    {
        _failures.AddOrUpdate(how, 1, (_, count) => count + 1);
        return false;
    }

    private sealed record Scene(string Fault, IReadOnlyList<Guid> Products, bool CutConnections);

    /// <summary>An order that was asked for.</summary>
    /// <param name="Fault">During which fault.</param>
    public sealed record Asked(string Fault)
    {
        /// <summary>The order's id when it was accepted.</summary>
        public Guid? Order { get; set; }

        /// <summary>Whether it was refused for want of stock.</summary>
        public bool Refused { get; set; }

        /// <summary>The path of the last request that never got a definite answer; null when all did.</summary>
        public string? Unanswered { get; set; }
    }

    /// <summary>A product that was sold.</summary>
    /// <param name="Fault">During which fault.</param>
    /// <param name="Stock">How many there were.</param>
    public sealed record Stocked(string Fault, int Stock);
}
