using System.Diagnostics;

namespace Shop.Tests.Services.Payment;

public sealed class ReconcilerTests : PaymentTest
{
    [Fact]
    public async Task The_reconciler_survives_a_round_that_fails_for_whatever_reason()
    {
        using var worked = new ManualResetEventSlim();
        using var failed = new ManualResetEventSlim();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ($"{activity.GetTagItem("db.query.text")}".Contains("SET attempts", StringComparison.Ordinal))
                    (activity.Status is ActivityStatusCode.Error ? failed : worked).Set();
            },
        };
        ActivitySource.AddActivityListener(listener);
        await StartAsync(("Payment:RetryDelay", "00:00:00.2"), ("Payment:GatewayTimeout", "00:00:00.5"));
        // A first round goes well, so that the statement is prepared. Later ones find no table, which is no error that passes.
        await Eventually.TrueAsync(() => Task.FromResult(worked.IsSet), "a round of the reconciler has gone well");
        await ExecuteAsync("ALTER TABLE payments RENAME TO away");
        await Eventually.TrueAsync(() => Task.FromResult(failed.IsSet), "a round of the reconciler has failed");
        await ExecuteAsync("ALTER TABLE away RENAME TO payments");

        var order = Order("tok_visa");
        await ExecuteAsync($"""
            INSERT INTO payments (order_id, customer_id, amount, currency, status, token, gateway, ask_at, attempts, created_at, updated_at)
            VALUES ('{order.OrderId}', '{order.CustomerId}', 12.5, 'EUR', 'unknown', 'tok_visa', 'simulated', now(), 1, now(), now())
            """);

        await UntilAsync(order, "paid");
    }
}
