using System.Diagnostics;
using Aspire.Hosting.Testing;

namespace Shop.Tests.Faults;

/// <summary>Processes stop answering without dying, as on a machine that swaps, and go on after ten seconds.</summary>
[Collection(ShopUnderFaults.Collection)]
public sealed class FrozenProcessTests(ShopUnderFaults shop)
{
    [Fact]
    public async Task Nothing_is_lost_doubled_or_off_when_a_replica_the_broker_or_the_database_server_freezes_for_ten_seconds()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);

        await traffic.DuringAsync("a replica of Payment is frozen", () => shop.FreezeAsync("payment", TenSecondsAsync));
        await traffic.DuringAsync("RabbitMQ is frozen", () => shop.FreezeAsync("messaging", TenSecondsAsync));
        await traffic.DuringAsync("PostgreSQL is frozen", () => shop.FreezeAsync("postgres", TenSecondsAsync));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }

    [Fact]
    public async Task A_broker_that_has_stopped_answering_shows_in_the_health_of_the_services_and_nothing_is_lost()
    {
        await using var traffic = await OrderTraffic.StartAsync(shop);

        await traffic.DuringAsync("RabbitMQ is frozen until the services notice", () => shop.FreezeAsync("messaging", async () =>
        {
            foreach (var service in (string[])["product", "payment"])
            {
                using var http = new HttpClient { BaseAddress = shop.App.GetEndpoint(service, "http") };
                await Eventually.TrueAsync(async () =>
                {
                    using var health = await http.GetAsync("/health", TestContext.Current.CancellationToken);
                    return (await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("The connection to the broker is down.", StringComparison.Ordinal);
                }, $"{service} says that the broker is away", seconds: 60);
            }
        }));

        await traffic.StopAsync();
        await new Audit(shop, traffic).PassAsync();
    }

    private static Task TenSecondsAsync()
    {
        var clock = Stopwatch.StartNew();
        return Eventually.TrueAsync(() => Task.FromResult(clock.Elapsed.TotalSeconds > 10), "ten seconds are over");
    }
}
