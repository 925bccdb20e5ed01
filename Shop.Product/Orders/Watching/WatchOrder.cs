using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Orders.Watching;

/// <summary>
/// <c>GET /orders/{id}/events</c>: the states of one order as server-sent events, those so far, then each as it comes. The id of an event is its place in the
/// history, so that a client that was disconnected continues where it was.
/// <para>
/// The stream ends with the last state that comes by itself: declined, cancelled, expired or refunded; or paid, unless a refund was asked for. A later refund is
/// no reason to keep a connection: a client that opens the stream again with the id of its last event gets it then, and 204 until then. The refund of an order
/// that was cancelled while it was charged is no state of the order; its <c>payment</c> says so.
/// </para>
/// </summary>
internal static class WatchOrder
{
    // As long as an access token is valid; clients of server-sent events reconnect by themselves.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // For notifications that a crash has lost.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    // Proxies close idle connections, some after half a minute.
    private static readonly TimeSpan CommentInterval = TimeSpan.FromSeconds(10);

    // A paid order can only be refunded, which few are. Who asks for a refund right away still sees it.
    private static readonly TimeSpan PaidLinger = TimeSpan.FromSeconds(5);

    private const string Sql = """
        SELECT o.status, o.payment_status, h.sequence, h.status, h.at, h.reason, h.amount, o.currency
        FROM orders o LEFT JOIN order_history h ON h.order_id = o.id AND h.sequence > $2
        WHERE o.id = $1 AND ($3 IS NULL OR o.customer_id = $3) ORDER BY h.sequence
        """;

    public static async Task<Results<ServerSentEvents<OrderEventView>, NoContent, ProblemHttpResult>> Endpoint(
        Guid id, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, LiveAccess access,
        NpgsqlDataSource database, OrderNotifications changes, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        // Anything else means that the client has seen nothing.
        var seen = int.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
        // Watched before read, so that nothing falls in between.
        var watch = changes.WatchOrder(id);
        http.Response.RegisterForDispose(watch);
        if (await access.ReadAsync(http, Permissions.OrdersRead, owner => ReadAsync(database, id, owner, seen, cancellationToken)) is not { } now)
            return Problems.NotFound();
        // Tells a client not to reconnect.
        if (now.Events.Count == 0 && now.IsSettled)
            return TypedResults.NoContent();
        return new ServerSentEvents<OrderEventView>(WatchAsync(database, lifetime, watch, now, seen, cancellationToken), OrdersJson.Default.OrderEventView);
    }

    /// <summary>The events, and null where nothing has come for a while.</summary>
    private static async IAsyncEnumerable<SseItem<OrderEventView>?> WatchAsync(
        NpgsqlDataSource database, IHostApplicationLifetime lifetime, OrderNotifications.Watch watch, Reading first, int seen,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        ending.CancelAfter(Longest);
        DateTime? paidSince = null;
        var lastSent = Stopwatch.GetTimestamp();
        var hasTold = false;
        for (Reading? now = first; now is not null; now = await TryReadAsync(database, watch.Order, seen, ending.Token))
        {
            foreach (var item in now.Events)
            {
                seen = int.Parse(item.EventId!, CultureInfo.InvariantCulture);
                lastSent = Stopwatch.GetTimestamp();
                yield return item;
            }
            if (now.PaymentStatus == OrderPayment.ActionRequired && !hasTold)
            {
                // No state of the order, so without a place in its history: who comes back later hears it again.
                hasTold = true;
                yield return new(new OrderEventView(OrderPayment.ActionRequired, DateTimeOffset.UtcNow, null)) { EventId = seen.ToString(CultureInfo.InvariantCulture) };
            }
            if (now.IsFinal)
                yield break;
            paidSince = now.IsSettled ? paidSince ?? DateTime.UtcNow : null;
            var timeout = paidSince + PaidLinger - DateTime.UtcNow ?? PollInterval;
            if (timeout <= TimeSpan.Zero || !await WaitAsync(watch, timeout, ending.Token))
                yield break;
            if (Stopwatch.GetElapsedTime(lastSent) >= CommentInterval - PollInterval)
            {
                lastSent = Stopwatch.GetTimestamp();
                yield return null;
            }
        }
    }

    /// <summary>False when the stream is to end.</summary>
    private static async Task<bool> WaitAsync(OrderNotifications.Watch watch, TimeSpan timeout, CancellationToken ending)
    {
        try
        {
            await watch.WaitAsync(timeout, ending);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Null when it cannot be read now: the client comes back.</summary>
    private static async Task<Reading?> TryReadAsync(NpgsqlDataSource database, Guid id, int seen, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(database, id, null, seen, cancellationToken);
        }
        catch (Exception exception) when (Failures.Classify(exception) is FailureKind.Transient)
        {
            return null;
        }
    }

    private static async Task<Reading?> ReadAsync(NpgsqlDataSource database, Guid id, Guid? owner, int seen, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql);
        // When the connection hangs the stream must not stay silent: it ends, and the client comes back.
        command.CommandTimeout = 5;
        SqlValue.AddTo(command.Parameters, id, seen, owner);
        await using var reader = await database.ReadPreparedAsync(command, cancellationToken);
        Reading? reading = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            reading ??= new(reader.GetString(0), reader.GetString(1), []);
            if (!reader.IsDBNull(2))
                reading.Events.Add(new(new OrderEventView(
                    reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetString(5),
                    reader.IsDBNull(6) ? null : new(reader.GetDecimal(6), reader.GetString(7))))
                {
                    EventId = reader.GetInt32(2).ToString(CultureInfo.InvariantCulture),
                });
        }
        return reading;
    }

    /// <summary>What is new of an order.</summary>
    private sealed record Reading(string Status, string PaymentStatus, List<SseItem<OrderEventView>> Events)
    {
        /// <summary>Nothing can come any more.</summary>
        public bool IsFinal => OrderStatuses.Parse(Status) is { } status && status.IsFinal();

        /// <summary>Nothing is on its way.</summary>
        public bool IsSettled => IsFinal || (Status == OrderStatus.Paid.Name() && PaymentStatus != OrderPayment.Refunding);
    }
}
