using RabbitMQ.Client;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Messaging;

/// <summary>How dead letters come from the broker into the database.</summary>
public sealed class DeadLetterCollectionTests : MessagingTest
{
    private const string Replayed = "UPDATE dead_letters SET replayed_at = now()";

    [Fact]
    public async Task A_letter_waits_at_the_broker_while_the_database_cannot_take_it()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(DeadLetters);
        await service.ScalarAsync("ALTER TABLE dead_letters RENAME TO away");
        await Broker.SendAsync(Queue, "unheard.of.v1", "{}", NewId());
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));

        await service.ScalarAsync("ALTER TABLE away RENAME TO dead_letters");
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters WHERE deaths = 1"));
    }

    [Fact]
    public async Task A_letter_that_is_delivered_again_doubles_nothing_and_does_not_wait_again_after_its_replay()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(DeadLetters);
        var (id, death) = (NewId(), NewId());
        await DieAsync(id, death);
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters"));
        await service.ScalarAsync(Replayed);

        // As after a crash between storing and acknowledging.
        await DieAsync(id, death);
        await DieAsync(NewId(), NewId());
        await Eventually.EqualAsync(2, () => service.CountAsync("dead_letters"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE replayed_at IS NOT NULL AND deaths = 1"));

        // Another death, and then the first of all once more, late.
        await DieAsync(id, NewId());
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters WHERE replayed_at IS NULL AND deaths = 2"));
        await service.ScalarAsync(Replayed);
        await DieAsync(id, death);
        await DieAsync(NewId(), NewId());
        await Eventually.EqualAsync(3, () => service.CountAsync("dead_letters"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE replayed_at IS NOT NULL AND deaths = 2"));
    }

    [Fact]
    public async Task A_death_by_the_brokers_hand_that_is_delivered_again_is_known_too()
    {
        await using (var nobody = await TestService.StartAsync(Database))
            await Broker.UntilConsumedAsync(Queue);
        var id = NewId();
        await Broker.SendAsync(Queue, "unheard.of.v1", "{}", id);
        for (var crash = 0; crash <= 20; crash++)
            await Broker.TakeAndCrashAsync(Queue);
        await Eventually.EqualAsync(1u, () => Broker.CountAsync(DeadLetters));
        // Delivered once already, which the broker counts.
        await Broker.TakeAndCrashAsync(DeadLetters);
        var letter = await Eventually.GetAsync(() => Broker.TakeAsync(DeadLetters), "the letter");

        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(DeadLetters);
        for (var i = 0; i < 3; i++)
            await Broker.SendAsync(DeadLetters, "unheard.of.v1", "{}", id, x => x.Headers = letter.BasicProperties.Headers);
        await DieAsync(NewId(), NewId());
        await Eventually.EqualAsync(2, () => service.CountAsync("dead_letters"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE reason LIKE '%delivery_limit%' AND deaths = 1 AND headers = '{}'"));

        // After a replay the broker counts from the start; the time may be the same, in whole seconds.
        await service.ScalarAsync(Replayed);
        letter.BasicProperties.Headers!["x-replay-id"] = NewId();
        await Broker.SendAsync(DeadLetters, "unheard.of.v1", "{}", id, x => x.Headers = letter.BasicProperties.Headers);
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters WHERE deaths = 2 AND replayed_at IS NULL"));
    }

    [Fact]
    public async Task The_same_message_is_one_letter_however_often_it_dies_with_an_id_or_without()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        var id = NewId();
        for (var i = 0; i < 3; i++)
        {
            await Broker.SendAsync(Queue, "unheard.of.v1", "{}", id);
            await Broker.SendAsync(Queue, "unheard.of.v1", "{}", id: null);
            await Broker.SendAsync(Queue, "unheard.of.v1", "{}", id: "no UUID");
        }
        await Broker.SendAsync(Queue, "unheard.of.v1", "{ }", id: null);
        await Eventually.EqualAsync(3, () => service.CountAsync("dead_letters WHERE deaths = 3"));
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters WHERE deaths = 1"));
        Assert.Equal(4, await service.CountAsync("dead_letters"));
    }

    [Fact]
    public async Task Nothing_that_a_letter_holds_keeps_it_from_being_stored()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(DeadLetters);
        object deep = "end";
        for (var i = 0; i < 200; i++)
            deep = i % 2 == 0 ? new List<object?> { deep } : new Dictionary<string, object?> { ["in"] = deep };
        await Broker.SendAsync(DeadLetters, "nul\0and\uD800half", "\0\0", "id\0of nobody", x =>
        {
            (x.ContentType, x.UserId, x.Expiration) = (new string('\uFFFD', 85), "guest", "60000000");
            x.Headers = new Dictionary<string, object?>
            {
                ["text"] = "a\0b",
                ["na\0me"] = new byte[] { 0xFF, 0xFE, 0 },
                ["number"] = 7L,
                ["yes"] = true,
                ["nothing"] = null,
                ["date"] = new AmqpTimestamp(1_700_000_000),
                ["long ago"] = new AmqpTimestamp(long.MaxValue),
                ["list"] = new List<object?> { 1, "two", new Dictionary<string, object?> { ["three"] = 3 } },
                ["deep"] = deep,
                ["x-death-id"] = "no UUID",
                ["x-died-at"] = long.MinValue,
                ["x-death"] = "no list",
                ["x-reason"] = 5,
            };
        });
        await Broker.SendAsync(DeadLetters, type: null, "", id: null, x => x.Headers = new Dictionary<string, object?>
        {
            ["x-death-id"] = NewId(),
            ["x-died-at"] = long.MaxValue,
            ["x-reason"] = "a\0b\uD800",
            ["x-original-routing-key"] = "\0",
            ["fill"] = new byte[120_000],
        });

        await Eventually.EqualAsync(2, () => service.CountAsync("dead_letters"));
        await Eventually.EqualAsync(0u, () => Broker.CountAsync(DeadLetters));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE message_id = E'id\uFFFDof nobody' AND length(body) = 2 AND died_at BETWEEN now() - interval '1 minute' AND now()"));
        Assert.Equal(
            """{"yes": true, "date": "2023-11-14T22:13:20Z", "list": [1, "two", {"three": 3}], "text": "a�b", "number": 7, "na�me": "base64://4A", "nothing": null, "long ago": 9223372036854775807}""",
            await service.ScalarAsync("SELECT (headers - 'deep')::text FROM dead_letters WHERE message_id IS NOT NULL"));
    }

    [Fact]
    public async Task A_message_larger_than_the_client_takes_by_default_is_a_letter_too()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, new string('x', 65 * 1024 * 1024), NewId());
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters WHERE length(body) = 65 * 1024 * 1024"));
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
    }

    private Task DieAsync(string id, string death) => Broker.SendAsync(
        DeadLetters, "unheard.of.v1", "{}", id, x => x.Headers = new Dictionary<string, object?> { ["x-death-id"] = death, ["x-reason"] = "because" });
}
