using System.Text;
using System.Text.Json;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Unit.Messaging;

/// <summary>What other services, and messages that are still on their way, rely on. A change here is a new version of the contract.</summary>
public sealed class ContractWireFormTests
{
    private static readonly Guid Order = new("01990000-0000-7000-8000-000000000001");
    private static readonly Guid Customer = new("01990000-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void Order_placed() => Pin(
        new OrderPlaced(Order, Customer, new Money(19.90m, "EUR"), "tok_visa", At),
        "order.placed.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","customerId":"01990000-0000-7000-8000-000000000002","total":{"amount":19.90,"currency":"EUR"},"paymentToken":"tok_visa","placedAt":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Payment_succeeded() => Pin(
        new PaymentSucceeded(Order, new Money(19.90m, "EUR"), "simulated", "sim_1", At),
        "payment.succeeded.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","amount":{"amount":19.90,"currency":"EUR"},"gateway":"simulated","reference":"sim_1","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Payment_declined() => Pin(
        new PaymentDeclined(Order, "insufficient_funds", At),
        "payment.declined.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","reason":"insufficient_funds","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Payment_action_required() => Pin(
        new PaymentActionRequired(Order, "https://bank.example/1", At),
        "payment.action-required.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","url":"https://bank.example/1","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Order_cancelled() => Pin(
        new OrderCancelled(Order, Customer, new Money(19.90m, "EUR"), OrderCancelled.Expired, At),
        "order.cancelled.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","customerId":"01990000-0000-7000-8000-000000000002","total":{"amount":19.90,"currency":"EUR"},"reason":"expired","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Payment_refunded() => Pin(
        new PaymentRefunded(Order, new Money(19.90m, "EUR"), "simulated", "sim_1", PaymentRefunded.BySupport, At),
        "payment.refunded.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","amount":{"amount":19.90,"currency":"EUR"},"gateway":"simulated","reference":"sim_1","reason":"support","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void A_part_of_a_payment_refunded() => Pin(
        new PaymentRefunded(Order, new Money(5m, "EUR"), "simulated", "sim_1", PaymentRefunded.BySupport, At, new Money(7.50m, "EUR"), IsPartial: true),
        "payment.refunded.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","amount":{"amount":5,"currency":"EUR"},"gateway":"simulated","reference":"sim_1","reason":"support","at":"2026-01-02T03:04:05.678+00:00","inAll":{"amount":7.50,"currency":"EUR"},"isPartial":true}""");

    [Fact]
    public void Payment_refund_refused() => Pin(
        new PaymentRefundRefused(Order, "charge_disputed", At),
        "payment.refund-refused.v1",
        """{"orderId":"01990000-0000-7000-8000-000000000001","reason":"charge_disputed","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Audit_recorded() => Pin(
        new AuditRecorded("payment.refund", "ok", Customer, "s", "192.0.2.1", "curl/8", null, At),
        "audit.recorded.v1",
        """{"action":"payment.refund","outcome":"ok","actorId":"01990000-0000-7000-8000-000000000002","subject":"s","ip":"192.0.2.1","userAgent":"curl/8","detail":null,"at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Account_deleted() => Pin(
        new AccountDeleted(Customer, At),
        "account.deleted.v1",
        """{"userId":"01990000-0000-7000-8000-000000000002","at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Sessions_ended() => Pin(
        new SessionsEnded([Order], At),
        "sessions.ended.v1",
        """{"sessions":["01990000-0000-7000-8000-000000000001"],"at":"2026-01-02T03:04:05.678+00:00"}""");

    [Fact]
    public void Every_contract_has_its_wire_form_pinned_here()
    {
        var contracts = typeof(IContract).Assembly.GetTypes().Where(x => x.IsAssignableTo(typeof(IContract)) && x.IsClass);
        Assert.Equal(["AccountDeleted", "AuditRecorded", "OrderCancelled", "OrderPlaced", "PaymentActionRequired", "PaymentDeclined", "PaymentRefundRefused", "PaymentRefunded", "PaymentSucceeded", "SessionsEnded"], contracts.Select(x => x.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_field_that_a_newer_sender_added_is_ignored()
    {
        var message = Read<PaymentDeclined>(
            """{"orderId":"01990000-0000-7000-8000-000000000001","reason":"r","at":"2026-01-02T03:04:05.678Z","added":{"later":[1]}}""");
        Assert.Equal(new PaymentDeclined(Order, "r", At), message);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"orderId\":")]
    [InlineData("""{"orderId":"nobody","reason":"r","at":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"orderId":"01990000-0000-7000-8000-000000000001","reason":null,"at":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"orderId":"01990000-0000-7000-8000-000000000001","reason":"a\u0000","at":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"orderId":"01990000-0000-7000-8000-000000000001","at":"2026-01-02T03:04:05Z"}""")]
    public void What_is_no_such_message_is_refused(string body) =>
        Assert.Throws<JsonException>(() => Read<PaymentDeclined>(body));

    private static void Pin<T>(T message, string name, string json) where T : IContract
    {
        Assert.Equal(name, T.Name);
        Assert.Equal(json, Encoding.UTF8.GetString(ContractsJson.Serialize(message)));
        Assert.Equivalent(message, Read<T>(json), strict: true);
    }

    private static T Read<T>(string json) where T : IContract => ContractsJson.Deserialize<T>(Encoding.UTF8.GetBytes(json));
}
