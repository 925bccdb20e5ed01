using System.Net;
using System.Net.ServerSentEvents;

namespace Shop.Bench;

/// <summary>
/// From the moment an order was to be placed until a client that listens sees it paid, at 20 and at 100 orders per second that come at
/// their own time.
/// </summary>
internal static class LatencyBenchmark
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 10_000, cancellationToken);
        using var client = await shop.SignInAsync(connections: 256, cancellationToken);
        var streams = await HasEventsAsync(shop, client, cancellationToken);
        Func<CancellationToken, Task> buy = async cancel =>
        {
            var order = await shop.PlaceAsync(client, cancel);
            await (streams ? HearPaidAsync(client, order, cancel) : SeePaidAsync(client, order, cancel));
        };

        await OpenLoop.RunAsync(100, settings.WarmUp, buy, cancellationToken);
        var figures = new List<Figure>();
        foreach (var perSecond in (int[])[20, 100])
        {
            var cpu = shop.Processes.Meter();
            var times = await cpu.DuringAsync(() => OpenLoop.RunAsync(perSecond, settings.Time(20), buy, cancellationToken));
            var (p50, p99) = (times.Percentile(0.5), times.Percentile(0.99));
            figures.Add(new($"latency, {perSecond} orders/s", p50, null, "ms", "p50 < 12 ms, p99 < 40 ms", p50 < 12 && p99 < 40)
            {
                P50 = p50,
                P99 = p99,
                Cpu = cpu.Use,
                Note = streams ? "heard by server-sent events." : "seen by asking again and again, as there are no server-sent events.",
            });
        }
        return figures;
    }

    private static async Task<bool> HasEventsAsync(ShopUnderLoad shop, LeanClient client, CancellationToken cancellationToken)
    {
        var order = await shop.PlaceAsync(client, cancellationToken);
        using var answer = await client.OpenAsync($"{order}/events", cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static async Task HearPaidAsync(LeanClient client, string order, CancellationToken cancellationToken)
    {
        using var answer = await client.OpenAsync($"{order}/events", cancellationToken);
        LeanClient.Expect(HttpStatusCode.OK, answer.StatusCode, "GET /orders/{id}/events");
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var heard in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (heard.EventType == "paid" || heard.Data.Contains("\"paid\"", StringComparison.Ordinal))
                return;
        }
        throw new InvalidOperationException($"The events of {order} ended before it was paid.");
    }

    private static async Task SeePaidAsync(LeanClient client, string order, CancellationToken cancellationToken)
    {
        while (!Contains(await client.GetBytesAsync(order, cancellationToken)))
        {
        }

        static bool Contains(byte[] answer) => answer.AsSpan().IndexOf("\"status\":\"paid\""u8) >= 0;
    }
}
