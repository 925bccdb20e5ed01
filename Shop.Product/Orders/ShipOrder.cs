using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Product.Orders.Watching;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Orders;

/// <summary>
/// <c>POST /orders/{id}/ship</c>: a paid order was handed to a carrier. Done again it corrects carrier and number. From then on the customer cannot cancel it.
/// </summary>
public static class ShipOrder
{
    private static readonly string Sql = $"""
        WITH before AS (
            SELECT id, shipped_at FROM orders WHERE id = $1 AND (status = 'paid' AND payment_status = '{OrderPayment.Paid}') IS TRUE FOR NO KEY UPDATE),
        changed AS (
            UPDATE orders o SET shipped_at = coalesce(o.shipped_at, now()), carrier = $2, tracking = $3,
                sequence = o.sequence + (before.shipped_at IS NULL)::int
            FROM before WHERE o.id = before.id
            RETURNING o.id, o.sequence, before.shipped_at IS NULL AS first),
        entry AS (
            INSERT INTO order_history (order_id, sequence, status, at) SELECT id, sequence, '{FulfilmentView.Shipped}', now() FROM changed WHERE first)
        {OutboxSql.Insert<AuditRecorded>(first: 4, from: "changed")}
        """;

    /// <summary>Answers with the order; 409 when it is not paid, or its money is on its way back.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Endpoint(
        Guid id, ShipRequest request, HttpContext http, Transactions transactions, AuditOutbox audit, OrderNotifications notifications,
        NpgsqlDataSource database, IOptions<OrderOptions> options, CancellationToken cancellationToken)
    {
        var record = new AuditEvent("order.ship", AuditEvent.Ok, id.ToString(), $"{request.Carrier} {request.Tracking}".Trim());
        var work = transactions.Begin();
        var shipped = work.ExecuteLast(id, Sql, id, request.Carrier, request.Tracking, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (shipped.RowsAffected > 0)
        {
            audit.Recorded(http, record);
            notifications.Announce(id);
        }

        if (await OrderQueries.GetAsync(database, id, owner: null, cancellationToken) is not { } order)
            return Problems.NotFound();
        return shipped.RowsAffected > 0
            ? TypedResults.Ok(order.Expiring(options.Value).For(http.User.Id()))
            : Problems.Of(StatusCodes.Status409Conflict, "not-paid", "Only a paid order can be shipped", $"The order is {order.Status}, its payment {order.Payment.Status}.");
    }
}

/// <summary>How an order was shipped. Each text is normalised.</summary>
/// <param name="Carrier">Who carries it, at most 50 characters; null: not said.</param>
/// <param name="Tracking">The carrier's number for it, at most 100 characters; null: not said.</param>
public sealed record ShipRequest(string? Carrier = null, string? Tracking = null) : IValidatableObject
{
    internal const int LongestCarrier = 50;
    internal const int LongestTracking = 100;

    /// <summary>Who carries it; null: not said.</summary>
    public string? Carrier { get; init; } = OrNull(Carrier);

    /// <summary>The carrier's number for it; null: not said.</summary>
    public string? Tracking { get; init; } = OrNull(Tracking);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Field, string? Text, int Longest)[] texts = [("carrier", Carrier, LongestCarrier), ("tracking", Tracking, LongestTracking)];
        foreach (var (field, text, longest) in texts)
            if (text is not null && (text.Length > longest || !PlainText.IsVisible(text) || !PlainText.IsOneLine(text)))
                yield return new($"Must have at most {longest} characters on one line.", [field]);
    }

    private static string? OrNull(string? text) => text is null || PlainText.Normalize(text) is not { Length: > 0 } normal ? null : normal;
}
