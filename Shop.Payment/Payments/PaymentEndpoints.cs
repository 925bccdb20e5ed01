using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

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
        return app;
    }

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Get(
        Guid orderId, ClaimsPrincipal user, PaymentDb db, CancellationToken cancellationToken) =>
        await VisibleTo(user, db).Where(x => x.OrderId == orderId).Select(PaymentView.Of).FirstOrDefaultAsync(cancellationToken) is { } payment
            ? TypedResults.Ok(payment)
            : Problems.NotFound();

    private static async Task<Results<Ok<Page<PaymentView>>, ProblemHttpResult>> List(
        [FromQuery(Name = "status")] string? statusName, Paging paging, ClaimsPrincipal user, PaymentDb db, CancellationToken cancellationToken)
    {
        var payments = VisibleTo(user, db);
        if (statusName is not null)
        {
            if (!Enum.GetNames<PaymentStatus>().Contains(statusName, StringComparer.OrdinalIgnoreCase))
                return Problems.Validation(new Dictionary<string, string[]> { ["status"] = ["Must be pending, unknown, paid or declined."] });
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

    // Ownership is part of the query: a stranger's payment is not there.
    private static IQueryable<Payment> VisibleTo(ClaimsPrincipal user, PaymentDb db)
    {
        if (user.Has(Permissions.PaymentsRead))
            return db.Payments.AsNoTracking();
        var customer = user.Id();
        return db.Payments.AsNoTracking().Where(x => x.CustomerId == customer);
    }

    private sealed record Position(DateTimeOffset CreatedAt, Guid OrderId);
}
