using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Payment.Payments;

/// <summary>Payments as their customers see them, and support everybody's.</summary>
public static class PaymentQueries
{
    private static readonly Dictionary<string, PaymentStatus> Statuses = Enum.GetValues<PaymentStatus>()
        .ToDictionary(status => status is PaymentStatus.ActionRequired ? "action-required" : status.ToString().ToLowerInvariant(), StringComparer.OrdinalIgnoreCase);

    /// <summary><c>GET /payments/{orderId}</c>.</summary>
    public static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Get(
        Guid orderId, HttpContext http, LiveAccess access, PaymentDb db, CancellationToken cancellationToken)
    {
        var payment = await access.ReadAsync(http, Permissions.PaymentsRead, owner => db.Payments.AsNoTracking()
            .Where(x => x.OrderId == orderId && (owner == null || x.CustomerId == owner)).Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken));
        return payment is not null ? TypedResults.Ok(payment) : Problems.NotFound();
    }

    /// <summary>Anybody's payment; null: there is none.</summary>
    internal static Task<PaymentView?> FindAsync(PaymentDb db, Guid orderId, CancellationToken cancellationToken) =>
        db.Payments.AsNoTracking().Where(x => x.OrderId == orderId).Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken);

    /// <summary><c>GET /payments</c>.</summary>
    public static async Task<Results<Ok<Page<PaymentView>>, ProblemHttpResult>> List(
        [FromQuery(Name = "status")] string? statusName, [FromQuery(Name = "refund")] string? refund, Paging paging, HttpContext http, LiveAccess access, PaymentDb db, CancellationToken cancellationToken)
    {
        var payments = db.Payments.AsNoTracking();
        if (await access.OwnerAsync(http, Permissions.PaymentsRead) is { } owner)
            payments = payments.Where(x => x.CustomerId == owner);
        if (statusName is not null)
        {
            if (!Statuses.TryGetValue(statusName, out var status))
                return Problems.Validation(new Dictionary<string, string[]> { ["status"] = [$"Must be one of {string.Join(", ", Statuses.Keys)}."] });
            payments = status switch
            {
                PaymentStatus.ActionRequired => payments.Where(x => x.Status == PaymentStatus.Unknown && x.ActionUrl != null),
                PaymentStatus.Unknown => payments.Where(x => x.Status == PaymentStatus.Unknown && x.ActionUrl == null),
                _ => payments.Where(x => x.Status == status),
            };
        }
        if (refund is not (null or "refused"))
            return Problems.Validation(new Dictionary<string, string[]> { ["refund"] = ["Must be refused."] });
        if (refund is not null)
            payments = payments.Where(x => x.Reason == PaymentMapping.RefundRefused);
        if (paging.After<Position>() is { } after)
            payments = payments.Where(x => EF.Functions.LessThan(
                ValueTuple.Create(x.CreatedAt, x.OrderId), ValueTuple.Create(after.CreatedAt, after.OrderId)));

        var rows = await payments.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.OrderId)
            .Take(paging.Fetch).Select(PaymentView.Of).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, paging, x => new Position(x.CreatedAt, x.OrderId)));
    }

    private sealed record Position(DateTimeOffset CreatedAt, Guid OrderId);
}
