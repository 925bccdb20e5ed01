using System.Net;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Access;
using Shop.Tests.Services.Payment;

namespace Shop.Tests.Services.Messaging;

/// <summary>What staff sees of dead letters and does about them, with Payment as the service.</summary>
public sealed class DeadLetterApiTests : PaymentTest
{
    private readonly Guid _staff = Guid.NewGuid();

    [Fact]
    public async Task Only_who_may_manage_messages_sees_or_touches_them()
    {
        await StartAsync();
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/dead-letters"),
            (HttpMethod.Get, "/outbox"),
            (HttpMethod.Get, "/consumers"),
            (HttpMethod.Post, $"/dead-letters/{NewId()}/replay"),
            (HttpMethod.Delete, $"/dead-letters/{NewId()}"),
        })
        {
            await HttpAssert.ProblemAsync(await RequestAsync(method, path, user: null), HttpStatusCode.Unauthorized, "unauthorized");
            await HttpAssert.ProblemAsync(
                await RequestAsync(method, path, _staff, Permissions.PaymentsRead, Permissions.UsersManage), HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task The_queues_of_a_service_say_who_consumes_them_and_what_is_tried_again_and_again()
    {
        await StartAsync();
        var before = await ConsumerAsync();
        Assert.Equal((Orders, 1, 0), (before.GetProperty("queue").GetString(), before.GetProperty("consumers").GetInt32(), before.GetProperty("retrying").GetInt32()));

        // As if the server had no connection left.
        await ExecuteAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53300'; END$$");
        await ExecuteAsync("CREATE TRIGGER refuse BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse()");
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await Eventually.EqualAsync(1, async () => (await ConsumerAsync()).GetProperty("retrying").GetInt32());
        await ExecuteAsync("DROP TRIGGER refuse ON payments");
        await UntilAsync(order, "paid");
        await Eventually.EqualAsync(0, async () => (await ConsumerAsync()).GetProperty("retrying").GetInt32());

        async Task<JsonElement> ConsumerAsync() => Assert.Single((await GetAsync("/consumers", _staff, Permissions.MessagesManage)).Body.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_letter_whose_cause_is_gone_is_handled_after_its_replay()
    {
        await StartAsync();
        await ExecuteAsync("ALTER TABLE payments ADD CONSTRAINT closed CHECK (false)");
        var order = Order("tok_visa");
        await PlaceAsync(order);
        var letter = await LetterAsync();
        Assert.Contains("closed", letter.GetProperty("reason").GetString(), StringComparison.Ordinal);

        // The cause is still there: it dies again, as the same letter.
        await ReplayAsync(letter);
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters WHERE deaths = 2 AND replayed_at IS NULL"));
        Assert.Equal(letter.GetProperty("id").GetGuid(), (await LetterAsync()).GetProperty("id").GetGuid());

        await ExecuteAsync("ALTER TABLE payments DROP CONSTRAINT closed");
        await ReplayAsync(letter);
        Assert.Equal("payment.succeeded.v1", (await NextEventAsync()).Type);
        Assert.Empty((await ListAsync("/dead-letters")).GetProperty("items").EnumerateArray());
        Assert.Equal(1, await CountAsync("gateway.charges"));

        // For ever: it is not sent again, and were it, it would not be charged again.
        await ReplayAsync(letter);
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters WHERE deaths = 2 AND replayed_at IS NOT NULL"));
        Assert.Equal(1, await CountAsync("gateway.charges"));
    }

    [Fact]
    public async Task Replays_at_once_and_afterwards_publish_once_and_just_what_came()
    {
        await StartAsync();
        var id = NewId();
        await Broker.SendAsync(Orders, "unheard.of.v1", "{ \"a\": 1 }", id, x =>
        {
            (x.CorrelationId, x.Priority, x.Timestamp) = ("c", 3, new AmqpTimestamp(1_700_000_000));
            x.Headers = new Dictionary<string, object?> { ["text"] = "t", ["number"] = 7, ["list"] = new List<object?> { 1L, true } };
        });
        var letter = await LetterAsync();
        // To a queue where nobody handles it, so that it can be seen.
        await ExecuteAsync($"UPDATE dead_letters SET queue = '{Queue}'");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ReplayAsync(letter)));
        await ReplayAsync(letter);

        var message = await Eventually.GetAsync(() => Broker.TakeAsync(Queue), "the message");
        var properties = message.BasicProperties;
        Assert.Equal(("unheard.of.v1", id, "c", (byte)3, 1_700_000_000L), (properties.Type, properties.MessageId, properties.CorrelationId, properties.Priority, properties.Timestamp.UnixTime));
        Assert.Equal("{ \"a\": 1 }", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal("t", Encoding.UTF8.GetString((byte[])properties.Headers!["text"]!));
        Assert.Equal(7, properties.Headers["number"]);
        Assert.Equal([1L, true], (IEnumerable<object?>)properties.Headers["list"]!);
        Assert.DoesNotContain(properties.Headers.Keys, x => x is "x-reason" or "x-death-id" or "x-original-routing-key");
        Assert.Null(await Broker.TakeAsync(Queue));
    }

    [Fact]
    public async Task The_list_shows_those_that_wait_newest_first_page_by_page()
    {
        await StartAsync();
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            sent.Insert(0, NewId());
            await Broker.SendAsync(Orders, "unheard.of.v1", i == 4 ? new string('ä', 10_000) : $"{i}", sent[0], x => x.Headers = new Dictionary<string, object?> { ["i"] = i });
            await Eventually.EqualAsync(i + 1, () => CountAsync("dead_letters"));
        }
        var seen = new List<JsonElement>();
        for (var path = "/dead-letters?limit=2"; path is not null;)
        {
            var page = await ListAsync(path);
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            path = page.GetProperty("next").GetString() is { } next ? $"/dead-letters?limit=2&after={next}" : null;
        }
        Assert.Equal(sent, seen.Select(x => x.GetProperty("messageId").GetString()!));
        Assert.All(seen, x => Assert.Equal((Orders, "unheard.of.v1", 1), (x.GetProperty("queue").GetString(), x.GetProperty("type").GetString(), x.GetProperty("deaths").GetInt32())));
        Assert.Equal((4096, true), (seen[0].GetProperty("body").GetString()!.Length, seen[0].GetProperty("bodyCut").GetBoolean()));
        Assert.Equal(("3", false, 3), (seen[1].GetProperty("body").GetString(), seen[1].GetProperty("bodyCut").GetBoolean(), seen[1].GetProperty("headers").GetProperty("i").GetInt32()));
        Assert.Equal(TimeSpan.Zero, seen[0].GetProperty("diedAt").GetDateTimeOffset().Offset);
    }

    [Fact]
    public async Task A_letter_can_be_deleted_once()
    {
        await StartAsync();
        await Broker.SendAsync(Orders, "unheard.of.v1", "{}", NewId());
        var path = $"/dead-letters/{(await LetterAsync()).GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.NoContent, (await StaffAsync(HttpMethod.Delete, path)).StatusCode);
        await HttpAssert.ProblemAsync(await StaffAsync(HttpMethod.Delete, path), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(await StaffAsync(HttpMethod.Post, path + "/replay"), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(0, await CountAsync("dead_letters"));
    }

    [Fact]
    public async Task The_service_serves_on_degraded_while_messages_wait_for_what_is_away()
    {
        await StartAsync();
        await ExecuteAsync("""
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON payments EXECUTE FUNCTION full_disk()
            """);
        await PlaceAsync(Order("tok_visa"));
        await Eventually.EqualAsync("degraded", () => HealthAsync());
        var (response, health) = await GetAsync("/health", user: null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(Orders, health.GetProperty("checks").GetProperty("consumers").GetProperty("reason").GetString(), StringComparison.Ordinal);

        await ExecuteAsync("DROP TRIGGER full_disk ON payments");
        await NextEventAsync();
        await Eventually.EqualAsync("healthy", () => HealthAsync());
    }

    private async Task<string?> HealthAsync() => (await GetAsync("/health", user: null)).Body.GetProperty("status").GetString();

    private async Task<JsonElement> ListAsync(string path) => await HttpAssert.JsonAsync(await StaffAsync(HttpMethod.Get, path), HttpStatusCode.OK);

    /// <summary>The only letter that waits.</summary>
    private async Task<JsonElement> LetterAsync()
    {
        await Eventually.EqualAsync(1, () => CountAsync("dead_letters WHERE replayed_at IS NULL"));
        return Assert.Single((await ListAsync("/dead-letters")).GetProperty("items").EnumerateArray());
    }

    private async Task ReplayAsync(JsonElement letter) => Assert.Equal(
        HttpStatusCode.Accepted, (await StaffAsync(HttpMethod.Post, $"/dead-letters/{letter.GetProperty("id").GetGuid()}/replay")).StatusCode);

    private Task<HttpResponseMessage> StaffAsync(HttpMethod method, string path) => RequestAsync(method, path, _staff, Permissions.MessagesManage);
}
