using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Errors;

namespace Shop.Tests.Services.Messaging;

public sealed class ConsumerTests : MessagingTest
{
    [Fact]
    public async Task A_redelivered_message_is_handled_once()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        var (id, body) = (NewId(), Json(Paid()));
        for (var i = 0; i < 20; i++)
            await Broker.SendAsync(Queue, PaymentSucceeded.Name, body, id);
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, Json(Paid()), NewId());

        await Eventually.EqualAsync(2, () => service.CountAsync("effects"));
        await service.StopAsync();
        Assert.Equal(0u, await Broker.CountAsync(Queue));
        Assert.Equal(0, await service.CountAsync("dead_letters"));
        Assert.Equal(2, await service.CountAsync("effects"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_handled_goes_to_the_dead_letters_with_the_reason_and_the_others_flow()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, "{ broken", NewId(), x => x.Headers = new Dictionary<string, object?> { ["theirs"] = "kept" });
        await Broker.SendAsync(Queue, "unheard.of.v1", "{}", NewId());
        await Broker.SendAsync(Queue, type: null, "", id: null);
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, new string('x', 2_000_000), NewId());
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, Json(Paid()), NewId());

        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(4, () => service.CountAsync("dead_letters"));
        Assert.Equal(4, await service.CountAsync($"dead_letters WHERE queue = '{Queue}' AND routing_key = '{Queue}' AND deaths = 1 AND replayed_at IS NULL"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE reason LIKE 'JsonException%' AND headers->>'theirs' = 'kept' AND length(body) = 8"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE reason LIKE '%unheard.of.v1%'"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE reason LIKE '%no id%' AND message_id IS NULL AND type IS NULL"));
        Assert.Equal(1, await service.CountAsync("dead_letters WHERE reason LIKE '%larger%' AND length(body) = 2000000"));
        await Eventually.EqualAsync(0u, () => Broker.CountAsync(DeadLetters));
    }

    [Fact]
    public async Task A_message_whose_headers_fill_a_frame_is_put_aside_too()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await Broker.SendAsync(Queue, "unheard.of.v1", "{}", NewId(), x => x.Headers = new Dictionary<string, object?> { ["fill"] = new byte[130_000] });
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters"));
    }

    [Fact]
    public async Task A_transient_fault_does_not_burn_the_message()
    {
        await using var service = await TestService.StartAsync(Database, (_, delivery, _) =>
            delivery.Attempt < 8 ? throw new UnavailableException("away") : Task.CompletedTask);
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
        Assert.Equal(0, await service.CountAsync("dead_letters"));
    }

    [Fact]
    public async Task Health_is_degraded_and_names_the_queue_while_a_message_is_tried_again_and_again()
    {
        var away = true;
        await using var service = await TestService.StartAsync(Database, (_, _, _) =>
            Volatile.Read(ref away) ? throw new UnavailableException("away") : Task.CompletedTask);
        await Broker.UntilConsumedAsync(Queue);
        await Eventually.EqualAsync(HealthStatus.Healthy, service.HealthAsync);
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(HealthStatus.Degraded, service.HealthAsync);
        Assert.Contains(Queue, (await service.HealthReportAsync()).Entries["consumers"].Description, StringComparison.Ordinal);

        Volatile.Write(ref away, false);
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
        await Eventually.EqualAsync(HealthStatus.Healthy, service.HealthAsync);
    }

    [Fact]
    public async Task Messages_overtake_one_that_waits_for_its_next_try()
    {
        var stuck = Paid();
        await using var service = await TestService.StartAsync(Database, (message, _, _) =>
            message.OrderId == stuck.OrderId ? throw new UnavailableException("away") : Task.CompletedTask);
        await service.PublishAsync(stuck);
        for (var i = 0; i < 100; i++)
            await service.PublishAsync(Paid());
        await Eventually.EqualAsync(100, () => service.CountAsync("effects"));
        Assert.Equal(0, await service.CountAsync("dead_letters"));
    }

    [Fact]
    public async Task A_queue_that_was_deleted_is_declared_and_consumed_again()
    {
        await using var service = await TestService.StartAsync(Database);
        await Broker.UntilConsumedAsync(Queue);
        await Broker.RemoveQueuesAsync();
        await Broker.UntilConsumedAsync(Queue);
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("effects"));
    }

    [Fact]
    public async Task A_message_that_kills_its_consumer_each_time_becomes_a_dead_letter()
    {
        await using (var service = await TestService.StartAsync(Database))
            await Broker.UntilConsumedAsync(Queue);
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, Json(Paid()), NewId());
        for (var crash = 0; crash <= 20; crash++)
            await Broker.TakeAndCrashAsync(Queue);
        await Eventually.EqualAsync(1u, () => Broker.CountAsync(DeadLetters));
        Assert.Equal(0u, await Broker.CountAsync(Queue));

        await using var healed = await TestService.StartAsync(Database);
        await Eventually.EqualAsync(1, () => healed.CountAsync($"dead_letters WHERE reason LIKE '%delivery_limit%' AND routing_key = '{Queue}'"));
    }

    [Fact]
    public async Task A_fault_that_nobody_knows_is_tried_five_times()
    {
        var attempts = new ConcurrentQueue<int>();
        await using var service = await TestService.StartAsync(Database, (_, delivery, _) =>
        {
            attempts.Enqueue(delivery.Attempt);
            throw new InvalidOperationException("a bug");
        });
        await service.PublishAsync(Paid());
        await Eventually.EqualAsync(1, () => service.CountAsync("dead_letters"));
        Assert.Equal([1, 2, 3, 4, 5], attempts);
        Assert.Equal(0, await service.CountAsync("inbox"));
    }

    [Fact]
    public async Task A_message_in_hand_is_finished_and_acknowledged_when_the_service_stops()
    {
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var service = await TestService.StartAsync(Database, async (_, _, cancellationToken) =>
        {
            begun.TrySetResult();
            await finish.Task.WaitAsync(cancellationToken);
        });
        await service.PublishAsync(Paid());
        await begun.Task.WaitAsync(Cancel);
        var stopping = service.StopAsync();
        // Cancelled at the broker, so it is draining now.
        await Broker.SendAsync(Queue, PaymentSucceeded.Name, Json(Paid()), NewId());
        await Eventually.EqualAsync(1u, () => Broker.CountAsync(Queue));
        Assert.False(stopping.IsCompleted);

        finish.SetResult();
        await stopping;
        Assert.Equal(1, await service.CountAsync("effects"));
        Assert.Equal(1u, await Broker.CountAsync(Queue));
    }

    [Fact]
    public async Task One_trace_goes_from_the_cause_through_the_outbox_and_the_broker_to_the_handler()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Shop.Messaging" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        var (service, handled) = (default(TestService), new TaskCompletionSource<string?>());
        await using var _ = service = await TestService.StartAsync(Database, (_, _, _) =>
        {
            handled.TrySetResult(Activity.Current?.Id);
            return Task.CompletedTask;
        });
        using var cause = source.StartActivity("cause")!;
        await service.PublishAsync(Paid());

        var handler = await handled.Task.WaitAsync(Cancel);
        await Eventually.TrueAsync(() => Task.FromResult(spans.Any(x => x.Id == handler)), "the handler's span has ended");
        var process = spans.Single(x => x.Id == handler);
        var publish = spans.Single(x => x.Id == process.ParentId);
        Assert.Equal((ActivityKind.Consumer, "process product.payments"), (process.Kind, process.OperationName));
        Assert.Equal((ActivityKind.Producer, "publish payment.succeeded.v1"), (publish.Kind, publish.OperationName));
        Assert.Equal(cause.Id, publish.ParentId);
    }
}
