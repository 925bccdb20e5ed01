using System.Diagnostics.Metrics;

namespace Shop.Tests.Services.Messaging;

/// <summary>What messaging does beside messages: forgetting the old ones, measuring those that wait.</summary>
public sealed class HousekeepingTests : MessagingTest
{
    private static string Handled(int count, int daysAgo) =>
        $"INSERT INTO inbox (queue, message_id, handled_at) SELECT 'q', gen_random_uuid(), now() - interval '{daysAgo} days' FROM generate_series(1, {count});";

    [Fact]
    public async Task What_was_handled_more_than_30_days_ago_leaves_the_inbox_and_the_rest_stays()
    {
        await CreateTablesAsync();
        await using (var data = Npgsql.NpgsqlDataSource.Create(Database.ConnectionString))
        {
            await using var fill = data.CreateCommand(Handled(5_000, 31) + Handled(30_000, 29) + Handled(5_000, 31) + Handled(1, 29));
            await fill.ExecuteNonQueryAsync(Cancel);
        }
        await using var one = await TestService.StartAsync(Database);
        await using var other = await TestService.StartAsync(Database);
        await Eventually.EqualAsync(0, () => one.CountAsync("inbox WHERE handled_at < now() - interval '30 days'"));
        Assert.Equal(30_001, await one.CountAsync("inbox"));
    }

    [Fact]
    public async Task Batches_of_the_pruning_are_small_and_read_only_their_pages()
    {
        await CreateTablesAsync();
        await using var data = Npgsql.NpgsqlDataSource.Create(Database.ConnectionString);
        await using var fill = data.CreateCommand(Handled(100_000, 29) + "ANALYZE inbox");
        await fill.ExecuteNonQueryAsync(Cancel);
        await using var explain = data.CreateCommand("""
            SET plan_cache_mode = force_generic_plan;
            PREPARE prune (tid, tid, interval, bigint) AS SELECT ctid FROM inbox
                WHERE ctid >= $1 AND ctid < $2 AND handled_at < now() - $3 LIMIT $4 FOR UPDATE SKIP LOCKED;
            EXPLAIN EXECUTE prune ('(0,0)', '(256,0)', '30 days', 1000)
            """);
        var plan = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(Cancel);
        do
        {
            while (await reader.ReadAsync(Cancel))
                plan.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync(Cancel));
        Assert.Contains(plan, line => line.Contains("Tid Range Scan", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_tell_how_many_events_and_dead_letters_wait_and_for_how_long()
    {
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Shop.Messaging" && instrument.IsObservable) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        await using var wire = new Wire(new Uri(await TestServers.RabbitMqAsync()));
        await using var service = await TestService.StartAsync(Database, broker: wire.Address);
        for (var i = 0; i < 3; i++)
            await service.PublishAsync(Paid());
        await service.ScalarAsync("UPDATE outbox SET created_at = now() - interval '1 hour' WHERE id = (SELECT id FROM outbox ORDER BY id LIMIT 1)");
        await service.ScalarAsync("""
            INSERT INTO dead_letters (id, queue, message_key, reason, headers, properties, body, died_at, deaths, death_ids, replayed_at)
            SELECT gen_random_uuid(), 'q', gen_random_uuid(), '', '{}', '', '', now(), 1, '{}', CASE WHEN i > 2 THEN now() END FROM generate_series(1, 3) i
            """);

        double? Last(string name)
        {
            listener.RecordObservableInstruments();
            return measured.TryGetValue(name, out var value) ? value : null;
        }
        await Eventually.EqualAsync<double?>(3, () => Task.FromResult(Last("shop.messaging.outbox.backlog")));
        await Eventually.EqualAsync<double?>(2, () => Task.FromResult(Last("shop.messaging.dead_letters.waiting")));
        Assert.InRange(Last("shop.messaging.outbox.age")!.Value, 3600, 3700);

        wire.Mend();
        await Eventually.EqualAsync<double?>(0, () => Task.FromResult(Last("shop.messaging.outbox.backlog")));
        Assert.Equal(0, Last("shop.messaging.outbox.age"));
    }

    private async Task CreateTablesAsync()
    {
        await using var service = await TestService.StartAsync(Database);
        await service.StopAsync();
    }
}
