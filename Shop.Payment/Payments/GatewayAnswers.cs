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
        WITH answered AS ({Answered("charged", detail: "$2")}),
        settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NULL THEN 'paid' ELSE 'refunding' END,
                refunding = CASE WHEN cancelled_at IS NULL THEN 0 ELSE amount END,
                reference = $2, token = NULL, action_url = NULL, ask_at = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING order_id, amount, status, reason),
        refund AS (
            INSERT INTO refunds (id, order_id, amount, status, reason, ask_at, attempts, asked_at)
            SELECT order_id, order_id, amount, 'asked', coalesce(reason, ''), now(), 0, now() FROM settled WHERE status = 'refunding')
        {OutboxSql.Insert<PaymentSucceeded>(first: 4, from: "settled WHERE status = 'paid'")}
        """;

    private static readonly string DeclinedSql = $"""
        WITH answered AS ({Answered("declined", detail: "$2")}),
        settled AS (
            UPDATE payments SET
                status = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN 'cancelled' ELSE 'declined' END,
                reason = CASE WHEN cancelled_at IS NOT NULL AND $2 = '{Declined.Voided}' THEN reason ELSE $2 END,
                ask_at = NULL, token = NULL, action_url = NULL, updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE
            RETURNING cancelled_at)
        {OutboxSql.Insert<PaymentDeclined>(first: 4, from: "settled WHERE cancelled_at IS NULL")}
        """;

    // The first time only: the store is told once. The token is needed when the customer has answered.
    private static readonly string ActionRequiredSql = $"""
        WITH answered AS ({Answered("action-required", detail: "NULL")}),
        asked AS (
            UPDATE payments SET status = 'unknown', action_url = $2, ask_at = coalesce(ask_at, now() + interval '5 seconds'), updated_at = now()
            WHERE order_id = $1 AND (status IN ('pending', 'unknown')) IS TRUE AND action_url IS NULL AND cancelled_at IS NULL
            RETURNING 1)
        {OutboxSql.Insert<PaymentActionRequired>(first: 4, from: "asked")}
        """;

    // The reason stays when nothing is left.
    private static readonly string RefundedSql = $"""
        WITH given AS (
            UPDATE refunds SET status = 'refunded', ask_at = NULL, settled_at = now() WHERE id = $1 AND status = 'asked' RETURNING order_id, amount, reason),
        settled AS (
            UPDATE payments p SET refunded = p.refunded + given.amount, refunding = p.refunding - given.amount,
                status = CASE WHEN p.refunded + given.amount = p.amount THEN 'refunded' WHEN p.refunding > given.amount THEN 'refunding' ELSE 'paid' END,
                reason = CASE WHEN p.refunded + given.amount = p.amount THEN given.reason END,
                updated_at = now()
            FROM given WHERE p.order_id = given.order_id
            RETURNING p.order_id, p.currency, p.gateway, p.reference, p.amount, p.refunded, given.amount AS given, given.reason AS why)
        {OutboxSql.Insert<PaymentRefunded>(first: 3, from: "settled",
            (nameof(PaymentRefunded.OrderId), "order_id"),
            (nameof(PaymentRefunded.Amount), OutboxSql.Money("given", "currency")),
            (nameof(PaymentRefunded.Gateway), "gateway"),
            (nameof(PaymentRefunded.Reference), "reference"),
            (nameof(PaymentRefunded.Reason), "why"),
            (nameof(PaymentRefunded.At), "$2"),
            (nameof(PaymentRefunded.InAll), OutboxSql.Money("refunded", "currency")),
            (nameof(PaymentRefunded.IsPartial), "refunded < amount"))}
        """;

    // What was to be given back because of a cancellation is the customer's to ask for again.
    private static readonly string RefundRefusedSql = $"""
        WITH refused AS (
            UPDATE refunds SET status = 'refused', refusal = $2, ask_at = NULL, settled_at = now() WHERE id = $1 AND status = 'asked' RETURNING order_id, amount),
        settled AS (
            UPDATE payments p SET refunding = p.refunding - refused.amount, status = CASE WHEN p.refunding > refused.amount THEN 'refunding' ELSE 'paid' END,
                reason = '{PaymentMapping.RefundRefused}', cancelled_at = NULL, updated_at = now()
            FROM refused WHERE p.order_id = refused.order_id RETURNING 1)
        {OutboxSql.Insert<PaymentRefundRefused>(first: 3, from: "settled")}
        """;

    private const string AnsweredSql = "UPDATE gateway_calls SET answer = $2, detail = $3, answered_at = now() WHERE order_id = $4 AND id = $1";

    /// <summary>Adds the statement that records the answer to a charge.</summary>
    /// <param name="work">The unit of work that commits it.</param>
    /// <param name="call">The call in the ledger.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="amount">What was to be charged.</param>
    /// <param name="gateway">Which gateway was asked.</param>
    /// <param name="answer">What it answered.</param>
    public static Statement Record(UnitOfWork work, Guid call, Guid orderId, Money amount, string gateway, ChargeAnswer answer) =>
        answer switch
        {
            Charged charged => work.ExecuteLast(
                orderId, ChargedSql, orderId, charged.Reference, call, Event.Of(new PaymentSucceeded(orderId, amount, gateway, charged.Reference, charged.At))),
            Declined declined => work.ExecuteLast(
                orderId, DeclinedSql, orderId, declined.Reason, call, Event.Of(new PaymentDeclined(orderId, declined.Reason, declined.At))),
            ActionRequired action => work.ExecuteLast(
                orderId, ActionRequiredSql, orderId, action.Url.AbsoluteUri, call, Event.Of(new PaymentActionRequired(orderId, action.Url.AbsoluteUri, action.At))),
            _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
        };

    /// <summary>The answer in the ledger of calls, whoever learns of it first. $1 is the order, $3 the call.</summary>
    private static string Answered(string answer, string detail) =>
        $"UPDATE gateway_calls SET answer = '{answer}', detail = {detail}, answered_at = now() WHERE order_id = $1 AND id = $3";

    /// <summary>Adds the statements that record the answer to a refund.</summary>
    /// <param name="work">The unit of work that commits it.</param>
    /// <param name="call">The call in the ledger.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="answer">What the gateway answered.</param>
    public static Statement Record(UnitOfWork work, Guid call, RefundRequest request, RefundAnswer answer)
    {
        work.Execute(AnsweredSql, call, answer is Refunded ? "refunded" : "refused", (answer as RefundRefused)?.Reason, request.OrderId);
        return answer switch
        {
            Refunded refunded => work.ExecuteLast(request.OrderId, RefundedSql, request.Id, refunded.At, Event.FromDatabase()),
            RefundRefused refused => work.ExecuteLast(
                request.OrderId, RefundRefusedSql, request.Id, refused.Reason, Event.Of(new PaymentRefundRefused(request.OrderId, refused.Reason, refused.At))),
            _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
        };
    }
}
