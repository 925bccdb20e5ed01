using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Messaging;

public sealed class OutboxRelayTests : MessagingTest
{
    [Fact]
    public async Task An_event_reaches_its_consumer_and_leaves_the_outbox()
    {
        await using var service = await TestService.StartAsync(Database);
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(0, () => service.CountAsync("outbox"));
    }

    [Fact]
    public async Task What_another_process_left_in_the_outbox_is_published_without_a_signal()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await service.ScalarAsync(
            $"INSERT INTO outbox (id, type, payload) VALUES ('{Guid.CreateVersion7()}', '{PaymentSucceeded.Name}', '{Json(Paid())}')");
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
    }

    [Fact]
    public async Task An_event_that_no_queue_takes_stays_and_does_not_stop_the_others()
    {
        await using var service = await TestService.StartAsync(Database);
        for (var i = 0; i < 300; i++)
            await service.ScalarAsync($"INSERT INTO outbox (id, type, payload) VALUES ('{Guid.CreateVersion7()}', 'nobody.wants.v1', '{{}}')");
        for (var i = 0; i < 10; i++)
            await service.PublishAsync(Paid());
        await Eventually.EqualAsync(10, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(300, () => service.CountAsync("outbox WHERE type = 'nobody.wants.v1' AND attempts > 0"));
        Assert.Equal(0, await service.CountAsync("outbox WHERE type <> 'nobody.wants.v1'"));
    }

    [Fact]
    public async Task A_crash_between_publishing_and_commit_publishes_again_and_changes_nothing_twice()
    {
        var deliveries = 0;
        await using var service = await TestService.StartAsync(Database, (_, _, _) =>
        {
            Interlocked.Increment(ref deliveries);
            return Task.CompletedTask;
        });
        // A transaction that removes an event from the outbox fails at its commit, when the broker has the event.
        await service.ScalarAsync("""
            CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$;
            CREATE CONSTRAINT TRIGGER crash AFTER DELETE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crash()
            """);
        await service.PublishAsync(Paid());
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref deliveries) >= 2), "the event is delivered again");
        Assert.Equal(1, await service.CountAsync("outbox"));

        await service.ScalarAsync("DROP TRIGGER crash ON outbox");
        await Eventually.EqualAsync(0, () => service.CountAsync("outbox"));
        await Eventually.EqualAsync(0u, () => Broker.CountAsync(Queue));
        Assert.Equal(1, await service.CountAsync("effects"));
    }

    [Fact]
    public async Task A_service_starts_and_keeps_its_events_while_the_broker_is_away()
    {
        await using var wire = new Wire(new Uri(await TestServers.RabbitMqAsync()));
        await using var service = await TestService.StartAsync(Database, broker: wire.Address);
        for (var i = 0; i < 5; i++)
            await service.PublishAsync(Paid());
        Assert.Equal(5, await service.CountAsync("outbox"));

        wire.Mend();
        await Eventually.EqualAsync(5, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(0, () => service.CountAsync("outbox"));
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_the_connection_to_the_broker_is_dropped_again_and_again()
    {
        await using var wire = new Wire(new Uri(await TestServers.RabbitMqAsync()));
        wire.Mend();
        await using var service = await TestService.StartAsync(Database, broker: wire.Address);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 100; i++)
                await service.PublishAsync(Paid());
            wire.DropConnections();
        }
        await Eventually.EqualAsync(300, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(0, () => service.CountAsync("outbox"));
        Assert.Equal(300, await service.CountAsync("(SELECT DISTINCT order_id FROM effects) AS orders"));
    }

    [Fact]
    public async Task Relay_and_consumer_resume_when_the_broker_is_back()
    {
        await using var wire = new Wire(new Uri(await TestServers.RabbitMqAsync()));
        wire.Mend();
        await using var service = await TestService.StartAsync(Database, broker: wire.Address);
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));

        wire.Cut();
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(HealthStatus.Unhealthy, service.HealthAsync);
        Assert.Equal(1, await service.CountAsync("outbox"));

        wire.Mend();
        await Eventually.EqualAsync(2, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(HealthStatus.Healthy, service.HealthAsync);
    }

    [Fact]
    public async Task Two_relays_share_one_outbox()
    {
        await using var one = await TestService.StartAsync(Database);
        await using var other = await TestService.StartAsync(Database);
        for (var i = 0; i < 200; i++)
            await (i % 2 == 0 ? one : other).PublishAsync(Paid());
        await Eventually.EqualAsync(200, () => one.CountAsync("effects"));
        await Eventually.EqualAsync(0, () => one.CountAsync("outbox"));
    }

    [Fact]
    public async Task Two_relays_drain_a_large_backlog_and_nothing_is_lost_doubled_or_left()
    {
        const int Events = 20_000;
        await using (var nobody = await TestService.StartAsync(Database))
            await nobody.StopAsync();
        await using var data = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var fill = data.CreateCommand($"INSERT INTO outbox (id, type, payload) SELECT gen_random_uuid(), 'order.placed.v1', '{{}}' FROM generate_series(1, {Events})");
        await fill.ExecuteNonQueryAsync(Cancel);

        await using var one = await TestService.StartAsync(Database);
        await using var other = await TestService.StartAsync(Database);
        await Eventually.EqualAsync(0, () => one.CountAsync("outbox"), seconds: 60);
        Assert.Equal((uint)Events, await Broker.CountAsync("payment.orders"));
        Assert.Equal(Events, (await Broker.ReceiveAsync("payment.orders", Events)).Distinct().Count());
    }

    [Fact]
    public async Task A_relay_that_is_stopped_in_the_middle_of_a_backlog_finishes_what_it_has_and_leaves_the_rest()
    {
        const int Events = 20_000;
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await service.ScalarAsync($"INSERT INTO outbox (id, type, payload) SELECT gen_random_uuid(), 'order.placed.v1', '{{}}' FROM generate_series(1, {Events})");
        await Eventually.TrueAsync(async () => await Broker.CountAsync("payment.orders") > 0, "it has begun");
        await service.StopAsync();

        var left = await service.CountAsync("outbox");
        Assert.InRange(left, 1, Events - 1);
        await Eventually.EqualAsync((uint)(Events - left), () => Broker.CountAsync("payment.orders"));
    }
}
