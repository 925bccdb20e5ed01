using System.Threading.Channels;
using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Orders;

/// <summary>
/// Tells whoever watches an order, in any replica, that it has changed: by the database's own notifications. They are sent after the change
/// has committed, many in one: as a part of each change they would make all changes commit one after the other. A notification that a
/// crash has swallowed is made up for by the watcher, who looks again from time to time.
/// </summary>
public sealed class OrderChanges(NpgsqlDataSource database, ILogger<OrderChanges> logger) : BackgroundService
{
    private const string Channel = "order_changes";
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(0.5);

    // A notification that is lost with the server's last milliseconds is no harm, so nobody waits for its commit to reach the disk.
    private const string NotifySql =
        $"SELECT set_config('synchronous_commit', 'off', true), pg_notify('{Channel}', o::text) FROM unnest($1) AS o";

    private readonly Channel<Guid> _changed = System.Threading.Channels.Channel.CreateUnbounded<Guid>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Watch>> _watches = [];

    /// <summary>An order has reached a status, which is counted and logged.</summary>
    internal void Reached(OrderStatus status, Guid order) => OrderTelemetry.Reached(logger, status, order);

    /// <summary>An order has changed, or may have. Returns at once.</summary>
    public void Announce(Guid order) => _changed.Writer.TryWrite(order);

    /// <summary>Raised whenever the order may have changed, until disposed.</summary>
    public Watch WatchOrder(Guid order)
    {
        var watch = new Watch(this, order);
        lock (_lock)
        {
            if (!_watches.TryGetValue(order, out var watches))
                _watches.Add(order, watches = []);
            watches.Add(watch);
        }
        return watch;
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(AgainAndAgainAsync(ListenAsync, stoppingToken), AgainAndAgainAsync(NotifyAsync, stoppingToken));

    private async Task AgainAndAgainAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work(stopping);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("Watchers of orders are not notified now: {Reason}", exception.Message);
                await Task.Delay(RetryPause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task NotifyAsync(CancellationToken stopping)
    {
        while (await _changed.Reader.WaitToReadAsync(stopping))
        {
            var orders = new HashSet<Guid>();
            while (orders.Count < MostAtOnce && _changed.Reader.TryRead(out var order))
                orders.Add(order);
            using (SuppressInstrumentationScope.Begin())
            {
                await using var notify = new NpgsqlCommand(NotifySql);
                notify.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. orders] });
                await database.ExecutePreparedAsync(notify, stopping);
            }
            // One alone is told at once; of many that come together, more and more in one.
            await Task.Delay(Pause * Math.Min(orders.Count, 20), stopping);
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        // Of the pool, but given back to it only when it is broken or the service stops: nobody else gets one that listens.
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, notification) => Raise(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(stopping);
        RaiseAll();
        while (true)
        {
            if (await connection.WaitAsync(KeepAlive, stopping))
                continue;
            // A server that is gone without a word is noticed here.
            await using var ping = new NpgsqlCommand("SELECT 1", connection);
            await ping.ExecuteNonQueryAsync(stopping);
        }
    }

    private void Raise(string payload)
    {
        if (!Guid.TryParse(payload, out var order))
            return;
        lock (_lock)
        {
            if (_watches.TryGetValue(order, out var watches))
                watches.ForEach(watch => watch.Raise());
        }
    }

    /// <summary>For whatever happened while nobody listened.</summary>
    private void RaiseAll()
    {
        lock (_lock)
        {
            foreach (var watch in _watches.Values.SelectMany(watches => watches))
                watch.Raise();
        }
    }

    private void Remove(Watch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(watch.Order, out var watches) && watches.Remove(watch) && watches.Count == 0)
                _watches.Remove(watch.Order);
        }
    }

    /// <summary>Somebody's interest in an order.</summary>
    public sealed class Watch : Signal, IDisposable
    {
        private readonly OrderChanges _changes;

        internal Watch(OrderChanges changes, Guid order) => (_changes, Order) = (changes, order);

        internal Guid Order { get; }

        /// <inheritdoc />
        public void Dispose() => _changes.Remove(this);
    }
}
