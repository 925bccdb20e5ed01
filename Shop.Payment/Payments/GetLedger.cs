using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Payment.Payments;

/// <summary><c>GET /payments/{orderId}/ledger</c>: every call to the gateway about an order, the first one first, with its answer.</summary>
public static class GetLedger
{
    /// <summary>404 when there is no such payment.</summary>
    public static async Task<Results<Ok<Page<GatewayCallView>>, ProblemHttpResult>> Endpoint(
        Guid orderId, Paging paging, PaymentDb db, CancellationToken cancellationToken)
    {
        if (await db.Payments.AsNoTracking().Where(x => x.OrderId == orderId).Select(x => x.Currency).FirstOrDefaultAsync(cancellationToken) is not { } currency)
            return Problems.NotFound();
        var calls = db.GatewayCalls.AsNoTracking().Where(x => x.OrderId == orderId);
        if (paging.After<Position>() is { } after)
            calls = calls.Where(x => EF.Functions.GreaterThan(ValueTuple.Create(x.At, x.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await calls.OrderBy(x => x.At).ThenBy(x => x.Id).Take(paging.Fetch)
            .Select(x => new GatewayCallView(x.Id, x.Kind, new Money(x.Amount, currency), x.At, x.Answer, x.Detail, x.AnsweredAt)).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, paging, call => new Position(call.At, call.Id)));
    }

    private sealed record Position(DateTimeOffset At, Guid Id);
}

/// <summary>A call to the gateway.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">charge, void or refund.</param>
/// <param name="Amount">How much.</param>
/// <param name="At">When it was made, UTC.</param>
/// <param name="Answer">charged, declined, action-required, refunded or refused; left out: no answer came.</param>
/// <param name="Detail">The gateway's name for the charge, or its reason; left out: none.</param>
/// <param name="AnsweredAt">When the answer was recorded, UTC; left out: none came.</param>
public sealed record GatewayCallView(
    Guid Id, string Kind, Money Amount, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Answer,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? AnsweredAt);
