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

/// <summary>What customers see of their payments, and support of everybody's.</summary>
public static class PaymentEndpoints
{
    /// <summary>Maps <c>/payments</c>.</summary>
    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/payments").WithTags("Payments").ProducesProblem(StatusCodes.Status401Unauthorized);

        payments.MapGet("/", List).WithName("ListPayments")
            .WithSummary("Own payments, newest first; with payments.read everybody's")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        payments.MapGet("/{orderId:guid}", Get).WithName("GetPayment")
            .WithSummary("The payment of an order")
            .ProducesProblem(StatusCodes.Status404NotFound);
        payments.MapPost("/{orderId:guid}/refund", Refund).WithName("RefundPayment").RequirePermission(Permissions.PaymentsRefund)
            .WithSummary("Give the whole amount back; asked again while that is under way, the same answer and no second refund")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return app;
    }

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Get(
        Guid orderId, HttpContext http, LiveAccess access, PaymentDb db, CancellationToken cancellationToken)
    {
        var customer = http.User.Id();
        var payments = db.Payments.AsNoTracking().Where(x => x.OrderId == orderId);
        // Only if it is none of theirs does it matter whether they may see everybody's.
        var payment = await payments.Where(x => x.CustomerId == customer).Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken)
            ?? (await access.PermitsAsync(http, Permissions.PaymentsRead) ? await payments.Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken) : null);
        return payment is not null ? TypedResults.Ok(payment) : Problems.NotFound();
    }

    private static async Task<Results<Ok<Page<PaymentView>>, ProblemHttpResult>> List(
        [FromQuery(Name = "status")] string? statusName, Paging paging, HttpContext http, LiveAccess access, PaymentDb db, CancellationToken cancellationToken)
    {
        var payments = db.Payments.AsNoTracking();
        if (!await access.PermitsAsync(http, Permissions.PaymentsRead))
        {
            var customer = http.User.Id();
            payments = payments.Where(x => x.CustomerId == customer);
        }
        if (statusName is not null)
        {
            if (!Enum.GetNames<PaymentStatus>().Contains(statusName, StringComparer.OrdinalIgnoreCase))
                return Problems.Validation(new Dictionary<string, string[]> { ["status"] = [$"Must be one of {string.Join(", ", Enum.GetNames<PaymentStatus>()).ToLowerInvariant()}."] });
            var status = Enum.Parse<PaymentStatus>(statusName, ignoreCase: true);
            payments = payments.Where(x => x.Status == status);
        }
        if (paging.After<Position>() is { } after)
            payments = payments.Where(x => EF.Functions.LessThan(
                ValueTuple.Create(x.CreatedAt, x.OrderId), ValueTuple.Create(after.CreatedAt, after.OrderId)));

        var rows = await payments.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.OrderId)
            .Take(paging.Fetch).Select(PaymentView.Of).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, paging, x => new Position(x.CreatedAt, x.OrderId)));
    }

    private static async Task<Results<Accepted<PaymentView>, ProblemHttpResult>> Refund(
        Guid orderId, HttpContext http, PaymentDb db, ReconcilerSignal reconciler, AuditOutbox audit, CancellationToken cancellationToken)
    {
        var payment = db.Payments.AsNoTracking().Where(x => x.OrderId == orderId);
        var record = new AuditEvent("payment.refund", AuditEvent.Ok, orderId.ToString());
        var asked = await AskForRefundAsync(orderId, AuditOutbox.Of(http, record), db, cancellationToken);
        if (asked)
        {
            audit.Recorded(http, record);
            reconciler.Raise();
        }
        if (await payment.Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken) is not { } view)
            return Problems.NotFound();
        return asked || view.Status == PaymentStatus.Refunding
            ? TypedResults.Accepted($"/payments/{orderId}", view)
            : Problems.Of(StatusCodes.Status409Conflict, "not-paid", "Only a paid order can be refunded",
                $"The payment is {view.Status.ToString().ToLowerInvariant()}.");
    }

    /// <summary>Asks and records it, or neither; false when the payment is not paid.</summary>
    private static Task<bool> AskForRefundAsync(Guid orderId, AuditRecorded record, PaymentDb db, CancellationToken cancellationToken) =>
        db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var asked = await db.Payments.Where(x => x.OrderId == orderId && x.Status == PaymentStatus.Paid).ExecuteUpdateAsync(set => set
                .SetProperty(x => x.Status, PaymentStatus.Refunding)
                .SetProperty(x => x.Reason, PaymentRefunded.BySupport)
                .SetProperty(x => x.AskAt, x => DateTimeOffset.UtcNow)
                .SetProperty(x => x.UpdatedAt, x => DateTimeOffset.UtcNow), cancellationToken) == 1;
            if (!asked)
                return false;
            db.Publish(record);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        });

    private sealed record Position(DateTimeOffset CreatedAt, Guid OrderId);
}
