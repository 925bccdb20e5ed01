using System.Net;
using Shop.Messaging.Audit;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

/// <summary>What staff does here, as it is sent to Auth's audit. The test takes the part of Auth.</summary>
[Trait("security", "43")]
public sealed class StaffAuditTests : PaymentTest
{
    private const string Unwritable = "ALTER TABLE outbox ADD CONSTRAINT closed CHECK (type <> 'audit.recorded.v1')";

    private readonly Guid _staff = Guid.NewGuid();

    [Fact]
    public async Task A_refund_that_is_asked_for_again_and_again_is_recorded_once_with_who_and_from_where()
    {
        var (order, before) = (await PaidAsync(), DateTimeOffset.UtcNow);
        foreach (var _ in (string[])["asked", "and again"])
        {
            using var client = NewClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/payments/{order.OrderId}/refund");
            request.Headers.Authorization = new("Bearer", Issuer.Token(_staff, Permissions.PaymentsRefund));
            request.Headers.TryAddWithoutValidation("User-Agent", "desk/1\u001b[31m");
            request.Headers.Add("Idempotency-Key", "refund-1");
            await client.SendAsync(request, Cancel);
        }

        var record = await NextRecordAsync();
        Assert.Equal(
            new AuditRecorded("payment.refund", "ok", _staff, order.OrderId.ToString(), null, "desk/1\uFFFD[31m", "all", record.At), record);
        Assert.InRange(record.At, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Nothing_is_refunded_that_cannot_be_recorded()
    {
        var order = await PaidAsync();
        await ExecuteAsync(Unwritable);

        using var answer = await RequestAsync(HttpMethod.Post, $"/payments/{order.OrderId}/refund", _staff, Permissions.PaymentsRefund);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(1, await CountAsync($"payments WHERE order_id = '{order.OrderId}' AND status = 'paid'"));
    }

    [Fact]
    public async Task Replays_and_the_deletion_of_a_dead_letter_are_recorded_once_for_each_that_was_real()
    {
        await StartAsync();
        var message = NewId();
        await Broker.SendAsync(Orders, "unheard.of.v1", "{}", message);
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters"));
        var letter = (await GetAsync("/dead-letters", _staff, Permissions.MessagesManage)).Body.GetProperty("items")[0].GetProperty("id").GetGuid();
        // To a queue where it stays.
        await ExecuteAsync($"UPDATE dead_letters SET queue = '{Queue}'");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StaffAsync(HttpMethod.Post, $"/dead-letters/{letter}/replay")));
        await StaffAsync(HttpMethod.Post, $"/dead-letters/{letter}/replay");
        await StaffAsync(HttpMethod.Delete, $"/dead-letters/{letter}");
        await StaffAsync(HttpMethod.Delete, $"/dead-letters/{letter}");

        AuditRecorded[] records = [await NextRecordAsync(), await NextRecordAsync()];
        Assert.Equal(["dead-letter.delete", "dead-letter.replay"], records.Select(record => record.Action).Order());
        Assert.All(records, record => Assert.Equal((_staff, letter.ToString()), (record.ActorId!.Value, record.Subject)));
        Assert.All(records, record => Assert.Contains($"Message {message} of type unheard.of.v1", record.Detail, StringComparison.Ordinal));
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task Nothing_is_deleted_that_cannot_be_recorded()
    {
        await StartAsync();
        await Broker.SendAsync(Orders, "unheard.of.v1", "{}", NewId());
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters"));
        var letter = (await GetAsync("/dead-letters", _staff, Permissions.MessagesManage)).Body.GetProperty("items")[0].GetProperty("id").GetGuid();
        await ExecuteAsync(Unwritable);

        Assert.Equal(HttpStatusCode.InternalServerError, (await StaffAsync(HttpMethod.Delete, $"/dead-letters/{letter}")).StatusCode);
        Assert.Equal(1, await CountAsync("dead_letters"));
    }

    [Fact]
    public async Task A_flood_of_refusals_is_recorded_up_to_a_limit_for_each_caller()
    {
        await StartAsync();
        var other = Guid.NewGuid();
        // The whole flood in one window of the limit, whenever the test runs: sent at once.
        await Task.WhenAll(Enumerable.Range(0, AuditOutbox.PerMinute + 15).Select(_ => RefusedAsync(_staff)));
        await RefusedAsync(other);

        var records = new List<AuditRecorded>();
        while (records.Count < AuditOutbox.PerMinute + 1)
            records.Add(await NextRecordAsync());
        Assert.All(records, record => Assert.Equal(("access", "refused", "GET /dead-letters/: not permitted"), (record.Action, record.Outcome, record.Detail)));
        Assert.Equal(AuditOutbox.PerMinute, records.Count(record => record.ActorId == _staff));
        Assert.Equal(1, records.Count(record => record.ActorId == other));
        await NothingFollowsAsync();
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_recorded_is_a_refusal_all_the_same()
    {
        await StartAsync();
        await ExecuteAsync(Unwritable);
        await RefusedAsync(_staff);
    }

    private async Task<OrderPlaced> PaidAsync()
    {
        await StartAsync();
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await UntilAsync(order, "paid");
        return order;
    }

    private async Task RefusedAsync(Guid user) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await RequestAsync(HttpMethod.Get, "/dead-letters", user)).StatusCode);

    private Task<HttpResponseMessage> StaffAsync(HttpMethod method, string path) => RequestAsync(method, path, _staff, Permissions.MessagesManage);

    private async Task<AuditRecorded> NextRecordAsync() => ContractsJson.Deserialize<AuditRecorded>(
        (await Eventually.GetAsync(() => Broker.TakeAsync(Topology.AuthAudit), "a record")).Body.Span);

    /// <summary>All that was written is published, and none of it is left to take.</summary>
    private async Task NothingFollowsAsync()
    {
        await Eventually.EqualAsync(0, () => CountAsync("outbox"));
        Assert.Null(await Broker.TakeAsync(Topology.AuthAudit));
    }
}
