using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Payment.Gateways;

namespace Shop.Payment.Payments;

/// <summary>
/// Charges an order in three short steps: record the intent, call the gateway, record its answer. After a crash between any two of them it starts with
/// the first again; the gateway recognises the order by its id. No transaction is open while the gateway is called.
/// </summary>
public sealed class ChargeOrder(
    NpgsqlDataSource database, Transactions transactions, IPaymentGateway gateway, IOptions<PaymentOptions> options, ILogger<ChargeOrder> logger)
    : IHandle<OrderPlaced>
{
    /// <summary>How often a gateway that cannot be reached is tried from here. After that the reconciler goes on, and other orders are charged.</summary>
    private const int Attempts = 5;

    // Changes no row when the gateway has answered before, when the order is cancelled, or when it was here with another total.
    private const string IntendSql = """
        WITH intended AS (
            INSERT INTO payments (order_id, customer_id, amount, currency, token, gateway, status, attempts, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'pending', 1, now(), now())
            ON CONFLICT (order_id) DO UPDATE SET attempts = payments.attempts + 1, updated_at = now()
            WHERE payments.status IN ('pending', 'unknown') AND payments.cancelled_at IS NULL
                AND payments.amount = $3 AND payments.currency = $4
            RETURNING order_id, amount)
        INSERT INTO gateway_calls (id, order_id, kind, amount, at) SELECT $7, order_id, 'charge', amount, now() FROM intended
        """;

    private const string OtherTotalSql = """
        SELECT FROM payments
        WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE AND cancelled_at IS NULL AND (amount, currency) <> ($2, $3)
        """;

    private const string LeaveUnknownSql = """
        UPDATE payments SET status = 'unknown', ask_at = coalesce(ask_at, now() + $2), updated_at = now() WHERE order_id = $1 AND (status = 'pending') IS TRUE
        """;

    /// <inheritdoc />
    public async Task HandleAsync(OrderPlaced message, Delivery delivery, CancellationToken cancellationToken)
    {
        Validate(message);
        var call = Guid.CreateVersion7();
        if (!await IntendAsync(message, call, cancellationToken))
            return;

        if (await CallGatewayAsync(message, delivery.Attempt, cancellationToken) is { } answer)
        {
            var recorded = GatewayAnswers.Record(delivery.Work, call, message.OrderId, message.Total, gateway.Name, answer);
            delivery.Work.AfterCommit(() =>
            {
                if (recorded.RowsAffected > 0)
                    logger.Settled(gateway.Name, message.OrderId, answer);
            });
        }
        else
            delivery.Work.ExecuteLast(message.OrderId, LeaveUnknownSql, message.OrderId, options.Value.RetryDelay);
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
    private async Task<bool> IntendAsync(OrderPlaced order, Guid call, CancellationToken cancellationToken)
    {
        var work = transactions.Begin();
        var intent = work.ExecuteLast(
            order.OrderId, IntendSql, order.OrderId, order.CustomerId, order.Total.Amount, order.Total.Currency, order.PaymentToken, gateway.Name, call);
        await work.CommitAsync(cancellationToken);
        if (intent.RowsAffected > 0)
            return true;

        await using var other = await database.ReadPreparedAsync(OtherTotalSql, [order.OrderId, order.Total.Amount, order.Total.Currency], cancellationToken);
        return await other.ReadAsync(cancellationToken) ? throw new PermanentException("The order was here before with another total.") : false;
    }

    /// <summary>The gateway's answer. Null when it is not known: the handler does not wait for it, so that other orders go on.</summary>
    /// <exception cref="Exception">The gateway could not be reached; to be tried again.</exception>
    private async Task<ChargeAnswer?> CallGatewayAsync(OrderPlaced order, int attempt, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.GatewayTimeout);
        try
        {
            return await gateway.ChargeAsync(new ChargeRequest(order.OrderId, order.Total, order.PaymentToken), timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("{Gateway} did not answer for order {OrderId}: the outcome is unknown", gateway.Name, order.OrderId);
            return null;
        }
        catch (Exception exception) when (attempt >= Attempts && !cancellationToken.IsCancellationRequested
            && Failures.Classify(exception) is FailureKind.Transient)
        {
            logger.LogWarning("{Gateway} cannot be reached for order {OrderId}, whose outcome is unknown: {Reason}", gateway.Name, order.OrderId, exception.Message);
            return null;
        }
    }
}
