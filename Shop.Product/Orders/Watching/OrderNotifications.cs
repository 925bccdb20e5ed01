using System.Threading.Channels;
using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Orders.Watching;

/// <summary>
/// Tells the watchers of an order, in any replica, that it has changed, by PostgreSQL's notifications. They are sent after the change has committed, many
/// at a time: as part of each transaction they would make all transactions commit one after the other. A crash can lose a notification, so watchers also
/// look from time to time.
/// </summary>
public sealed class OrderNotifications(NpgsqlDataSource database, ILogger<OrderNotifications> logger)
    : RepeatingService("Notifying watchers of orders", logger)
{
    private const string Channel = "order_changes";
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // Losing one with the server's last milliseconds does no harm, so it need not reach the disk.
    private const string NotifySql =
        $"SELECT set_config('synchronous_commit', 'off', true), pg_notify('{Channel}', o::text) FROM unnest($1) AS o";

    private readonly Channel<Guid> _changed = System.Threading.Channels.Channel.CreateUnbounded<Guid>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Watch>> _watches = [];

    /// <summary>An order has changed, or may have. Returns at once.</summary>
    public void Announce(Guid order) => _changed.Writer.TryWrite(order);

    /// <summary>Set whenever the order may have changed, until disposed.</summary>
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
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        // When one of the two fails both begin again.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] tasks = [ListenAsync(either.Token), NotifyAsync(either.Token)];
        var first = await Task.WhenAny(tasks);
        await either.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        return TimeSpan.Zero;
    }

    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        while (await _changed.Reader.WaitToReadAsync(cancellationToken))
        {
            var orders = new HashSet<Guid>();
            while (orders.Count < MostAtOnce && _changed.Reader.TryRead(out var order))
                orders.Add(order);
            using (SuppressInstrumentationScope.Begin())
            {
                Guid[] changed = [.. orders];
                await database.ExecutePreparedAsync(NotifySql, [changed], cancellationToken);
            }
            // A single change is told at once; the more there are, the more go into one notification.
            await Task.Delay(Pause * Math.Min(orders.Count, 20), cancellationToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await foreach (var orders in database.ListenAsync(Channel, cancellationToken))
        {
            if (orders.Count == 0)
                NotifyAll();
            foreach (var order in orders)
                Notify(order);
        }
    }

    private void Notify(string payload)
    {
        if (!Guid.TryParse(payload, out var order))
            return;
        lock (_lock)
        {
            if (_watches.TryGetValue(order, out var watches))
                watches.ForEach(watch => watch.Set());
        }
    }

    /// <summary>For what happened while nothing listened.</summary>
    private void NotifyAll()
    {
        lock (_lock)
        {
            foreach (var watch in _watches.Values.SelectMany(watches => watches))
                watch.Set();
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

    /// <summary>Set when one order may have changed.</summary>
    public sealed class Watch : AsyncAutoResetEvent, IDisposable
    {
        private readonly OrderNotifications _changes;

        internal Watch(OrderNotifications changes, Guid order) => (_changes, Order) = (changes, order);

        internal Guid Order { get; }

        /// <inheritdoc />
        public void Dispose() => _changes.Remove(this);
    }
}
