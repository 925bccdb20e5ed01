using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>
/// Charges an order in three short steps: record the intent, ask the gateway, record the outcome. A crash between any two of them repeats
/// from the first; the gateway knows the order by its id. No transaction is open while the gateway is asked.
/// </summary>
public sealed class OrderPlacedHandler(
    NpgsqlDataSource database, GroupCommit transactions, IPaymentGateway gateway, IOptions<PaymentOptions> options, ILogger<OrderPlacedHandler> logger)
    : IHandle<OrderPlaced>
{
    /// <summary>How often a gateway that cannot be reached is tried at once; after that the reconciler goes on, and the queue flows.</summary>
    private const int Attempts = 5;

    // Affects no row when the gateway has answered before, the order is called off, or was here with another total.
    private const string IntendSql = """
        INSERT INTO payments (order_id, customer_id, amount, currency, token, gateway, status, attempts, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', 1, now(), now())
        ON CONFLICT (order_id) DO UPDATE SET attempts = payments.attempts + 1, updated_at = now()
        WHERE payments.status IN ('pending', 'unknown') AND payments.cancelled_at IS NULL
            AND payments.amount = $3 AND payments.currency = $4
        """;

    private const string OtherTotalSql = """
        SELECT true FROM payments
        WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE AND cancelled_at IS NULL AND (amount, currency) <> ($2, $3)
        """;

    private const string LeaveUnknownSql = """
        UPDATE payments SET status = 'unknown', ask_at = coalesce(ask_at, now() + $2), updated_at = now() WHERE order_id = $1 AND (status = 'pending') IS TRUE
        """;

    /// <inheritdoc />
    public async Task HandleAsync(OrderPlaced message, Delivery delivery, CancellationToken cancellationToken)
    {
        Validate(message);
        if (!await IntendAsync(message, cancellationToken))
            return;

        if (await AskGatewayAsync(message, delivery.Attempt, cancellationToken) is { } answer)
        {
            var settlement = Settlement.Of(message.OrderId, message.Total, gateway.Name, answer);
            delivery.Add(settlement);
            delivery.AfterCommit(() =>
            {
                if (delivery.Affected(settlement) > 0)
                    logger.Settled(gateway.Name, message.OrderId, answer);
            });
        }
        else
            delivery.Add(LeaveUnknownSql, message.OrderId, options.Value.RetryDelay);
    }

    private static void Validate(OrderPlaced order)
    {
        if (order.OrderId == Guid.Empty || order.CustomerId == Guid.Empty)
            throw new PermanentException("The order or its customer has an empty id.");
        if (order.Total is not { IsPrice: true, Amount: > 0 })
            throw new PermanentException($"The total {order.Total} cannot be charged.");
        if (string.IsNullOrWhiteSpace(order.PaymentToken))
            throw new PermanentException("The order has no payment token.");
    }

    /// <summary>Records that the order is to be charged; false when it is not, or no longer.</summary>
    private async Task<bool> IntendAsync(OrderPlaced order, CancellationToken cancellationToken)
    {
        var intend = new NpgsqlBatchCommand(IntendSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = order.OrderId },
                new NpgsqlParameter<Guid> { TypedValue = order.CustomerId },
                new NpgsqlParameter<decimal> { TypedValue = order.Total.Amount },
                new NpgsqlParameter<string> { TypedValue = order.Total.Currency },
                new NpgsqlParameter<string> { TypedValue = order.PaymentToken },
                new NpgsqlParameter<string> { TypedValue = gateway.Name },
            },
        };
        if ((await transactions.RunAsync([intend], cancellationToken))[0] > 0)
            return true;

        await using var other = database.CreateCommand(OtherTotalSql);
        other.Parameters.AddWithValue(order.OrderId);
        other.Parameters.AddWithValue(order.Total.Amount);
        other.Parameters.AddWithValue(order.Total.Currency);
        if (await other.ExecuteScalarAsync(cancellationToken) is not null)
            throw new PermanentException("The order was here before with another total.");
        return false;
    }

    /// <summary>The gateway's answer; null when it is not known: then nobody waits for it here, so that other orders go on.</summary>
    /// <exception cref="Exception">The gateway could not be reached; to be tried again.</exception>
    private async Task<ChargeAnswer?> AskGatewayAsync(OrderPlaced order, int attempt, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.GatewayTimeout);
        try
        {
            return await gateway.ChargeAsync(new ChargeRequest(order.OrderId, order.Total, order.PaymentToken), patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("{Gateway} did not answer for order {OrderId}: the outcome is unknown", gateway.Name, order.OrderId);
            return null;
        }
        catch (Exception exception) when (attempt >= Attempts && !cancellationToken.IsCancellationRequested
            && Faults.Classify(exception) is Fault.Transient)
        {
            logger.LogWarning("{Gateway} cannot be reached for order {OrderId}, whose outcome is unknown: {Reason}", gateway.Name, order.OrderId, exception.Message);
            return null;
        }
    }
}
