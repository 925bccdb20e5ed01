using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;

namespace Shop.Product.Orders;

/// <summary>What came of the wish to call an order off.</summary>
public enum Cancellation
{
    /// <summary>It waited for its payment; now it is called off and its stock is back.</summary>
    Cancelled,

    /// <summary>It is paid, and the money has been asked back, now or before.</summary>
    RefundAsked,

    /// <summary>It cannot be called off any more.</summary>
    TooLate,

    /// <summary>There is no such order of this customer.</summary>
    NotFound,
}

/// <summary>Calls orders off: in one statement each, which tells the payment service too.</summary>
public sealed class OrderCancellation(
    NpgsqlDataSource database, OutboxSignal outbox, OrderChanges changes, ILogger<OrderCancellation> logger)
{
    /// <summary>Calls an order off for its customer.</summary>
    public async Task<Cancellation> CancelAsync(Guid order, Guid customer, CancellationToken cancel)
    {
        if (await CallOffAsync(order, customer, OrderStatus.Cancelled, "customer", cancel))
            return Cancellation.Cancelled;
        if (await AskBackAsync(order, customer, cancel))
            return Cancellation.RefundAsked;
        return await OrderReader.GetAsync(database, order, customer, cancel) switch
        {
            null => Cancellation.NotFound,
            { Status: "paid", Payment.Status: PaymentStatus.Refunding } => Cancellation.RefundAsked,
            _ => Cancellation.TooLate,
        };
    }

    /// <summary>Expires an order; false when it waits for its payment no longer.</summary>
    public Task<bool> ExpireAsync(Guid order, CancellationToken cancel) =>
        CallOffAsync(order, null, OrderStatus.Expired, "no_payment_in_time", cancel);

    private async Task<bool> CallOffAsync(Guid order, Guid? customer, OrderStatus to, string reason, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Transitions.CallOff);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = order });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)customer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = to.Name() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        if (!await RunAsync(command, order, cancel))
            return false;
        OrderTelemetry.Reached(logger, to, order);
        return true;
    }

    private async Task<bool> AskBackAsync(Guid order, Guid customer, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Transitions.AskBack);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = order });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = customer });
        return await RunAsync(command, order, cancel);
    }

    /// <summary>Runs the statement, with the id and the trace of its event after the other parameters; false when it affected nothing.</summary>
    private async Task<bool> RunAsync(NpgsqlCommand command, Guid order, CancellationToken cancel)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Activity.Current?.Id, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = Activity.Current?.TraceStateString, NpgsqlDbType = NpgsqlDbType.Text });
        if (await database.ExecutePreparedAsync(command, cancel) == 0)
            return false;
        outbox.Raise();
        changes.Announce(order);
        return true;
    }
}
