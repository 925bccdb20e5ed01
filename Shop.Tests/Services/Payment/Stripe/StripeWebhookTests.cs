using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Payment;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>What Stripe posts to the service, over real HTTP on a real database; broker, issuer and Stripe itself are away.</summary>
public sealed class StripeWebhookTests : IAsyncLifetime
{
    private const string Secret = "whsec_of_the_endpoint";
    private const string Nowhere = "127.0.0.1:1";

    private TestDatabase _database = null!;
    private NpgsqlDataSource _data = null!;
    private ServiceFactory<PaymentDb>? _service;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("stripe");
        _data = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        await _data.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("payment_intent.succeeded", "payment_intent", "unknown")]
    [InlineData("payment_intent.canceled", "payment_intent", "unknown")]
    [InlineData("charge.refunded", "charge", "refunding")]
    [InlineData("charge.refund.updated", "refund", "refunding")]
    [InlineData("refund.failed", "refund", "refunding")]
    public async Task An_event_makes_the_reconciler_ask_now_and_is_not_believed(string type, string kind, string status)
    {
        using var client = Start();
        var order = await AddPaymentAsync(status);
        var stranger = await AddPaymentAsync(status);
        // Twice: Stripe delivers at least once.
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, StripeEvent.Of(type, kind, order))).StatusCode);
        Assert.Equal((true, status), await AskedAsync(order));
        Assert.Equal((false, status), await AskedAsync(stranger));
    }

    [Theory]
    [InlineData("payment_intent.succeeded", "payment_intent", "pending")]
    [InlineData("payment_intent.succeeded", "payment_intent", "declined")]
    [InlineData("charge.refunded", "charge", "paid")]
    [InlineData("charge.refunded", "charge", "refunded")]
    [InlineData("customer.created", "customer", "unknown")]
    [InlineData("charge.succeeded", "charge", "unknown")]
    [InlineData("something.of_the_future", "thing_of_the_future", "unknown")]
    public async Task An_event_that_changes_nothing_is_thanked_for(string type, string kind, string status)
    {
        using var client = Start();
        var order = await AddPaymentAsync(status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, StripeEvent.Of(type, kind, order))).StatusCode);
        Assert.Equal((false, status), await AskedAsync(order));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"order_id": "nonsense"}""")]
    [InlineData("""{"order_id": "01990000-0000-7000-8000-000000000001"}""")]
    [InlineData("null")]
    public async Task An_event_about_no_order_of_ours_is_thanked_for(string metadata)
    {
        using var client = Start();
        var body = $$"""{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent","metadata":{{metadata}} } } }""";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, body)).StatusCode);
    }

    [Fact]
    public async Task What_Stripe_has_not_signed_just_now_is_refused()
    {
        using var client = Start();
        var order = await AddPaymentAsync("unknown");
        var body = StripeEvent.Of("payment_intent.succeeded", "payment_intent", order);
        var now = DateTimeOffset.UtcNow;
        string?[] signatures =
        [
            null,
            "",
            "nonsense",
            "t=,v1=",
            $"t={now.ToUnixTimeSeconds()},v1=",
            StripeEvent.Sign(body, now, "whsec_of_a_stranger"),
            StripeEvent.Sign(body + " ", now, Secret),
            StripeEvent.Sign(body, now.AddMinutes(-6), Secret),
            StripeEvent.Sign(body, now.AddMinutes(6), Secret),
            StripeEvent.Sign(body, now, Secret).Replace("v1", "v0", StringComparison.Ordinal),
        ];
        foreach (var signature in signatures)
            await HttpAssert.ProblemAsync(await PostAsync(client, body, signature), HttpStatusCode.BadRequest, "bad-signature");
        Assert.Equal((false, "unknown"), await AskedAsync(order));

        // The very same body, signed four minutes ago and by an older secret too.
        var signed = StripeEvent.Sign(body, now.AddMinutes(-4), Secret) + ",v1=" + new string('0', 64);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, body, signed)).StatusCode);
        Assert.Equal((true, "unknown"), await AskedAsync(order));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"object\":\"event\"")]
    [InlineData("{\"object\":\"v2.core.event\"}")]
    public async Task What_is_signed_but_no_event_is_not_an_error_of_ours(string body)
    {
        using var client = Start();
        Assert.InRange((int)(await PostAsync(client, body)).StatusCode, 200, 499);
    }

    [Fact]
    public async Task An_event_larger_than_any_is_not_read()
    {
        using var client = Start();
        var body = StripeEvent.Of("payment_intent.succeeded", "payment_intent", Guid.NewGuid()) + new string(' ', 256 * 1024);
        await HttpAssert.ProblemAsync(await PostAsync(client, body), HttpStatusCode.RequestEntityTooLarge, "body-too-large");
    }

    [Fact]
    public async Task Without_Stripe_there_is_no_webhook()
    {
        using var client = Start(("Payment:Gateway", "simulated"));
        var response = await PostAsync(client, StripeEvent.Of("payment_intent.succeeded", "payment_intent", Guid.NewGuid()));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("Payment:Stripe:ApiKey")]
    [InlineData("Payment:Stripe:WebhookSecret")]
    public void Without_a_secret_the_service_does_not_start(string missing)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Start((missing, "")));
        Assert.Contains(missing.Split(':')[^1], refusal.Message, StringComparison.Ordinal);
    }

    private HttpClient Start(params (string Key, string Value)[] settings)
    {
        _service = new ServiceFactory<PaymentDb>([
            ("ConnectionStrings:paymentdb", _database.ConnectionString),
            ("ConnectionStrings:messaging", $"amqp://{Nowhere}"),
            ("Auth:Issuer", $"http://{Nowhere}"),
            ("environment", "Development"),
            ("Logging:LogLevel:Default", "None"),
            ("Payment:Gateway", "stripe"),
            ("Payment:Stripe:ApiKey", StripeDouble.ApiKey),
            ("Payment:Stripe:WebhookSecret", Secret),
            ("Payment:Stripe:ApiBase", $"http://{Nowhere}"),
            .. settings]);
        _service.UseKestrel(0);
        return _service.CreateClient();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string body) =>
        PostAsync(client, body, StripeEvent.Sign(body, DateTimeOffset.UtcNow, Secret));

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string body, string? signature)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
            content.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        return await client.PostAsync(new Uri("/webhooks/stripe", UriKind.Relative), content, Cancel);
    }

    private async Task<Guid> AddPaymentAsync(string status)
    {
        var order = Guid.CreateVersion7();
        await using var insert = _data.CreateCommand($"""
            INSERT INTO payments (order_id, customer_id, amount, currency, token, gateway, status, reference, attempts, created_at, updated_at)
            VALUES ('{order}', '{order}', 12.50, 'EUR', 'pm_card_visa', 'stripe', '{status}',
                CASE WHEN '{status}' IN ('paid', 'refunding', 'refunded') THEN 'pi_1' END, 1, now(), now())
            """);
        await insert.ExecuteNonQueryAsync(Cancel);
        await using var refund = _data.CreateCommand($"""
            INSERT INTO refunds (id, order_id, amount, status, reason, attempts, asked_at)
            SELECT order_id, order_id, amount, 'asked', 'support', 1, now() FROM payments WHERE order_id = '{order}' AND status = 'refunding'
            """);
        await refund.ExecuteNonQueryAsync(Cancel);
        return order;
    }

    /// <summary>Whether somebody is to ask, or has asked meanwhile and got no answer, about a payment that nobody would have asked about.</summary>
    private async Task<(bool Asked, string Status)> AskedAsync(Guid order)
    {
        await using var select = _data.CreateCommand($"""
            SELECT p.ask_at IS NOT NULL OR r.ask_at IS NOT NULL, p.status FROM payments p LEFT JOIN refunds r ON r.order_id = p.order_id WHERE p.order_id = '{order}'
            """);
        await using var row = await select.ExecuteReaderAsync(Cancel);
        await row.ReadAsync(Cancel);
        return (row.GetBoolean(0), row.GetString(1));
    }
}
