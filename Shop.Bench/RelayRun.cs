using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Messaging;

namespace Shop.Bench;

/// <summary>When how many events had been confirmed.</summary>
internal sealed class Progress
{
    private readonly List<(long At, long Count)> _steps = [];

    /// <summary>Adds events; returns how many there are by now. The lanes of the relay call it at the same time.</summary>
    public long Add(long count)
    {
        lock (_steps)
        {
            var sum = Count + count;
            _steps.Add((Stopwatch.GetTimestamp(), sum));
            return sum;
        }
    }

    private long Count => _steps.Count == 0 ? 0 : _steps[^1].Count;

    /// <summary>Events per second, from the first batch, which waits for the connection, to the last.</summary>
    public double PerSecond => Between(0, Count);

    /// <summary>Events per second while the count went from one number to another.</summary>
    public double Between(long from, long to)
    {
        var (start, end) = (_steps.First(step => step.Count >= from), _steps.First(step => step.Count >= to));
        return (end.Count - start.Count) / Stopwatch.GetElapsedTime(start.At, end.At).TotalSeconds;
    }
}

/// <summary>Runs the relay as a service does, in a host of its own with nothing else in it.</summary>
internal static class RelayRun
{
    /// <summary>Drains an outbox that holds <paramref name="rows"/> events.</summary>
    public static async Task<Progress> DrainAsync(string database, string broker, int rows, CancellationToken cancellationToken)
    {
        var progress = new Progress();
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Meter.Name: "Shop.Messaging", Name: "shop.messaging.published" })
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
        {
            if (progress.Add(count) >= rows)
                drained.TrySetResult();
        });
        listener.Start();

        using var host = Build(database, broker);
        await host.StartAsync(cancellationToken);
        await drained.Task.WaitAsync(cancellationToken);
        await host.StopAsync(cancellationToken);
        return progress;
    }

    private static IHost Build(string database, string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["ConnectionStrings:messaging"] = broker;
        builder.Services.AddSingleton(NpgsqlDataSource.Create(
            Shop.Messaging.Database.DatabaseExtensions.ConnectionDefaults + database));
        builder.AddMessaging("messaging");
        return builder.Build();
    }
}
