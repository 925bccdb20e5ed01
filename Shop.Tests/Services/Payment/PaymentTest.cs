using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Payment;
using Shop.Payment.Gateways;
using Shop.Tests.Services.Messaging;

namespace Shop.Tests.Services.Payment;

/// <summary>The payment service as it is, on a database of its own, with tokens from a test's issuer. The test takes the part of Product.</summary>
public abstract class PaymentTest : MessagingTest
{
    private protected const string Orders = "payment.orders";

    /// <summary>By which the database tells the test's connections from the service's.</summary>
    private protected const string TestName = "test";

    private ServiceFactory<PaymentDb>? _service;
    private NpgsqlDataSource? _data;

    private protected TestIssuer Issuer { get; private set; } = null!;

    /// <summary>What a test does just before and just after the simulated gateway is asked.</summary>
    private protected GatewaySteps Steps { get; } = new();

    private protected async Task StartAsync(params (string Key, string Value)[] settings)
    {
        Issuer ??= await TestIssuer.StartAsync();
        _data ??= NpgsqlDataSource.Create($"{Database.ConnectionString};Application Name={TestName}");
        _service = new ServiceFactory<PaymentDb>([
            ("ConnectionStrings:paymentdb", Database.ConnectionString),
            ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()),
            ("Auth:Issuer", Issuer.Url),
            ("environment", "Development"),
            ("Logging:LogLevel:Default", "Critical"),
            .. settings])
        {
            Replace = services =>
            {
                if (services.Any(service => service.ImplementationType == typeof(SimulatedGateway)))
                    services.AddSingleton<IPaymentGateway>(provider =>
                        new SteppedGateway(ActivatorUtilities.CreateInstance<SimulatedGateway>(provider), Steps));
            },
        };
        _service.CreateClient().Dispose();
        await Broker.UntilConsumedAsync(Orders);
    }

    private protected async Task StopAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_data is not null) await _data.DisposeAsync();
        if (Issuer is not null) await Issuer.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static OrderPlaced Order(string token, decimal amount = 12.50m, Guid? customer = null) =>
        new(Guid.CreateVersion7(), customer ?? Guid.NewGuid(), new Money(amount, "EUR"), token, DateTimeOffset.UtcNow);

    private protected Task PlaceAsync(OrderPlaced order, string? id = null) =>
        Broker.SendAsync(Orders, OrderPlaced.Name, Json(order), id ?? NewId());

    /// <summary>The next event about a payment, as Product would get it.</summary>
    private protected async Task<(string Type, JsonElement Body)> NextEventAsync()
    {
        var result = await Eventually.GetAsync(() => Broker.TakeAsync(Queue), "an event about a payment");
        return (result.BasicProperties.Type!, JsonDocument.Parse(Encoding.UTF8.GetString(result.Body.Span)).RootElement);
    }

    /// <summary>All that there was to say has been published, and none of it is left to take.</summary>
    private protected async Task NoEventAsync()
    {
        await Eventually.EqualAsync(0, () => CountAsync("outbox WHERE type LIKE 'payment.%'"));
        Assert.Null(await Broker.TakeAsync(Queue));
    }

    private protected async Task<long> CountAsync(string fromWhere)
    {
        await using var command = _data!.CreateCommand($"SELECT count(*) FROM {fromWhere}");
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture);
    }

    private protected async Task ExecuteAsync(string sql)
    {
        await using var command = _data!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>A caller whom the service does not know.</summary>
    private protected HttpClient NewClient(WebApplicationFactoryClientOptions? options = null) => _service!.CreateClient(options ?? new());

    private protected Task CallOffAsync(OrderPlaced order, string reason = OrderCancelled.Cancelled, string? id = null) => Broker.SendAsync(
        Orders, OrderCancelled.Name, Json(new OrderCancelled(order.OrderId, order.CustomerId, order.Total, reason, DateTimeOffset.UtcNow)), id ?? NewId());

    /// <summary>Waits until the payment of the order stands so.</summary>
    private protected Task UntilAsync(OrderPlaced order, string status) =>
        Eventually.EqualAsync(1, () => CountAsync($"payments WHERE order_id = '{order.OrderId}' AND status = '{status}'"));

    private protected Task<(HttpResponseMessage Response, JsonElement Body)> GetAsync(string path, Guid? user, params string[] permissions) =>
        SendAsync(HttpMethod.Get, path, user, permissions);

    private protected async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, Guid? user, params string[] permissions)
    {
        var response = await RequestAsync(method, path, user, permissions);
        return (response, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement);
    }

    private protected Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, Guid? user, params string[] permissions) =>
        RequestAsync(method, path, NewId(), body: null, user, permissions);

    /// <summary>The same, with an idempotency key and a body.</summary>
    private protected async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method, string path, string? key, object? body, Guid? user, params string[] permissions)
    {
        using var client = _service!.CreateClient();
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null && method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", key);
        if (user is not null)
            request.Headers.Authorization = new("Bearer", Issuer.Token(user.Value, permissions));
        return await client.SendAsync(request, Cancel);
    }
}
