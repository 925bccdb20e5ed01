using Npgsql;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;

namespace Shop.Payment.Payments;

/// <summary>
/// Records what the gateway answered, together with the event that says so: one statement each, whose guard lets the first of several
/// answers through. The consumer, the reconciler and their replicas may all learn of one charge; the shop hears of it once.
/// </summary>
internal static class Settlement
{
    // IS TRUE: found by the order, not by the index of the states.
    // Of an order that was called off meanwhile the money goes back; the shop hears of it when it has.
    private const string ChargedSql = """
        WITH settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NULL THEN 'paid' ELSE 'refunding' END,
                ask_at = CASE WHEN cancelled_at IS NOT NULL THEN now() END,
                reference = $2, token = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING status)
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state) SELECT $3, $4, $5, $6, $7 FROM settled WHERE status = 'paid'
        """;

    private const string DeclinedSql = $"""
        WITH settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN 'cancelled' ELSE 'declined' END,
                reason = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN reason ELSE $2 END,
                ask_at = NULL, token = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING cancelled_at)
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state) SELECT $3, $4, $5, $6, $7 FROM settled WHERE cancelled_at IS NULL
        """;

    private const string RefundedSql = """
        WITH settled AS (
            UPDATE payments SET status = 'refunded', ask_at = NULL, updated_at = now() WHERE order_id = $1 AND (status = 'refunding') IS TRUE RETURNING 1)
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state) SELECT $2, $3, $4, $5, $6 FROM settled
        """;

    private const string RefundRefusedSql = """
        WITH settled AS (
            UPDATE payments SET status = 'paid', reason = $2, ask_at = NULL, updated_at = now()
            WHERE order_id = $1 AND (status = 'refunding') IS TRUE RETURNING 1)
        INSERT INTO outbox (id, type, payload, trace_parent, trace_state) SELECT $3, $4, $5, $6, $7 FROM settled
        """;

    /// <summary>The command that records what became of a charge.</summary>
    public static NpgsqlBatchCommand Of(Guid orderId, Money amount, string gateway, ChargeAnswer answer) => answer switch
    {
        Charged charged => Command(
            ChargedSql, orderId, charged.Reference, new PaymentSucceeded(orderId, amount, gateway, charged.Reference, charged.At)),
        Declined declined => Command(DeclinedSql, orderId, declined.Reason, new PaymentDeclined(orderId, declined.Reason, declined.At)),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
    };

    /// <summary>The command that records what became of a refund.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="why">Why the money was to go back, as a code.</param>
    /// <param name="gateway">Who was asked.</param>
    /// <param name="answer">What it said.</param>
    public static NpgsqlBatchCommand Of(RefundRequest request, string why, string gateway, RefundAnswer answer) => answer switch
    {
        Refunded refunded => Command(RefundedSql, request.OrderId, null, new PaymentRefunded(
            request.OrderId, request.Amount, gateway, request.Reference, why, refunded.At)),
        RefundRefused refused => Command(
            RefundRefusedSql, request.OrderId, "refund_refused", new PaymentRefundRefused(request.OrderId, refused.Reason, refused.At)),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
    };

    private static NpgsqlBatchCommand Command<T>(string sql, Guid orderId, string? text, T message) where T : IContract
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = orderId });
        if (text is not null)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        command.Parameters.AddOutboxParameters(message);
        return command;
    }
}
