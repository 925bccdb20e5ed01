using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;

namespace Shop.Payment.Payments;

/// <summary>
/// Records what the gateway answered, and publishes it, in one statement each. Its guard accepts the first of several answers: the consumer, the reconciler and
/// their replicas may all learn of one charge, and the store hears of it once.
/// </summary>
internal static class GatewayAnswers
{
    // IS TRUE: found by the order, not by the index of the states.
    // The money of an order that was cancelled meanwhile is given back; the store hears of it when it has been.
    private static readonly string ChargedSql = $"""
        WITH settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NULL THEN 'paid' ELSE 'refunding' END,
                ask_at = CASE WHEN cancelled_at IS NOT NULL THEN now() END,
                reference = $2, token = NULL, action_url = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING status)
        {OutboxSql.Insert<PaymentSucceeded>(first: 3, from: "settled WHERE status = 'paid'")}
        """;

    private static readonly string DeclinedSql = $"""
        WITH settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN 'cancelled' ELSE 'declined' END,
                reason = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN reason ELSE $2 END,
                ask_at = NULL, token = NULL, action_url = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING cancelled_at)
        {OutboxSql.Insert<PaymentDeclined>(first: 3, from: "settled WHERE cancelled_at IS NULL")}
        """;

    // The first time only: the store is told once. The token is needed when the customer has answered.
    private static readonly string ActionRequiredSql = $"""
        WITH asked AS (
            UPDATE payments SET status = 'unknown', action_url = $2, ask_at = coalesce(ask_at, now() + interval '5 seconds'), updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE AND action_url IS NULL AND cancelled_at IS NULL
            RETURNING 1)
        {OutboxSql.Insert<PaymentActionRequired>(first: 3, from: "asked")}
        """;

    private static readonly string RefundedSql = $"""
        WITH settled AS (
            UPDATE payments SET status = 'refunded', ask_at = NULL, updated_at = now() WHERE order_id = $1 AND (status = 'refunding') IS TRUE RETURNING 1)
        {OutboxSql.Insert<PaymentRefunded>(first: 2, from: "settled")}
        """;

    private static readonly string RefundRefusedSql = $"""
        WITH settled AS (
            UPDATE payments SET status = 'paid', reason = 'refund_refused', ask_at = NULL, updated_at = now()
            WHERE order_id = $1 AND (status = 'refunding') IS TRUE RETURNING 1)
        {OutboxSql.Insert<PaymentRefundRefused>(first: 2, from: "settled")}
        """;

    /// <summary>Adds the statement that records the answer to a charge.</summary>
    public static Statement Record(UnitOfWork work, Guid orderId, Money amount, string gateway, ChargeAnswer answer) => answer switch
    {
        Charged charged => work.ExecuteLast(
            orderId, ChargedSql, orderId, charged.Reference, Event.Of(new PaymentSucceeded(orderId, amount, gateway, charged.Reference, charged.At))),
        Declined declined => work.ExecuteLast(
            orderId, DeclinedSql, orderId, declined.Reason, Event.Of(new PaymentDeclined(orderId, declined.Reason, declined.At))),
        ActionRequired action => work.ExecuteLast(
            orderId, ActionRequiredSql, orderId, action.Url.AbsoluteUri, Event.Of(new PaymentActionRequired(orderId, action.Url.AbsoluteUri, action.At))),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
    };

    /// <summary>Adds the statement that records the answer to a refund.</summary>
    /// <param name="work">What it becomes a part of.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="reason">Why the money was to be given back, as a code.</param>
    /// <param name="gateway">Which gateway was asked.</param>
    /// <param name="answer">What it answered.</param>
    public static Statement Record(UnitOfWork work, RefundRequest request, string reason, string gateway, RefundAnswer answer) => answer switch
    {
        Refunded refunded => work.ExecuteLast(request.OrderId, RefundedSql, request.OrderId, Event.Of(new PaymentRefunded(
            request.OrderId, request.Amount, gateway, request.Reference, reason, refunded.At))),
        RefundRefused refused => work.ExecuteLast(
            request.OrderId, RefundRefusedSql, request.OrderId, Event.Of(new PaymentRefundRefused(request.OrderId, refused.Reason, refused.At))),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
    };
}
