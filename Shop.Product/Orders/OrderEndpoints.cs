using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Product.Accounts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Orders;

/// <summary>What customers order, and what became of it.</summary>
public static class OrderEndpoints
{
    /// <summary>Maps <c>/orders</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Orders").RequireAuthorization().ValidateRequests();
        orders.MapPost("/", Place).AddEndpointFilter<LiveSessions>().WithName("PlaceOrder")
            .WithSummary("Order; the same Idempotency-Key with the same content gets the same answer and no second order")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        orders.MapGet("/", List).WithName("ListOrders")
            .WithSummary("Own orders, newest first; with orders.read everybody's, or one customer's")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        orders.MapGet("/{id:guid}", Get).WithName("GetOrder")
            .WithSummary("An order with its history")
            .ProducesProblem(StatusCodes.Status404NotFound);
        orders.MapGet("/{id:guid}/events", OrderStream.Open).WithName("WatchOrder")
            .WithSummary("Each state of the order, so far and as it comes, as server-sent events; ends when nothing more is to come")
            .Produces<OrderEventView>(StatusCodes.Status200OK, "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .DisableRequestTimeout();
        orders.MapPost("/{id:guid}/cancel", Cancel).AddEndpointFilter<LiveSessions>().WithName("CancelOrder")
            .WithSummary("Call an order off: one that waits for its payment at once, of one that is paid the money is asked back")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Accepted<OrderView>, ProblemHttpResult>> Place(
        PlaceOrderRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? key, ClaimsPrincipal user, OrderPlacement placement,
        CancellationToken cancel)
    {
        if (!IdempotencyKey.IsValid(key))
            return Problems.Of(
                StatusCodes.Status400BadRequest, "idempotency-key", "The request needs an Idempotency-Key header",
                "Send 1 to 255 visible ASCII characters that are new for each order, such as a UUID but never a card number, and the same ones when you try again.");

        return await placement.PlaceAsync(user.Id(), key!, request, cancel) switch
        {
            Accepted { Order: var order } => TypedResults.Accepted($"/orders/{order.Id}", order),
            KeyReused => Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key belongs to another request",
                "An order with other content was placed with this key. Send a new key with a new order."),
            OutOfStock { Products: var products } => Problems.Of(
                StatusCodes.Status409Conflict, "out-of-stock", "There is not enough in stock",
                string.Join(' ', products.Select(product => $"{product.Name}: {product.Requested} wanted, {product.Available} there.")),
                ("products", products)),
            UnknownProducts { Products: var products } => Problems.Of(
                StatusCodes.Status400BadRequest, "unknown-product", "A product does not exist or is no longer for sale",
                string.Join(", ", products), ("products", products)),
            SeveralCurrencies { Currencies: var currencies } => Problems.Of(
                StatusCodes.Status409Conflict, "several-currencies", "The products have prices in several currencies",
                $"An order is paid in one currency; these are in {string.Join(" and ", currencies)}. Order them one by one.", ("currencies", currencies)),
            TooExpensive => Problems.Of(
                StatusCodes.Status400BadRequest, "total-too-large", "The total is more than an order can have",
                $"An order's total is at most {Money.MaxAmount}."),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> List(
        string? status, Guid? customer, Paging paging, HttpContext http, LiveAccess access, NpgsqlDataSource database, CancellationToken cancel)
    {
        var state = status is null ? null : OrderStatuses.Parse(status);
        if (status is not null && state is null)
            return Problems.Validation(new Dictionary<string, string[]>
            {
                ["status"] = ["Must be pending, paid, declined, cancelled, expired or refunded."],
            });
        // Whoever may see only their own sees only their own, whatever they ask for.
        var whose = await access.PermitsAsync(http, Permissions.OrdersRead) ? customer : http.User.Id();
        return TypedResults.Ok(await OrderReader.ListAsync(database, whose, state, paging, cancel));
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Get(
        Guid id, HttpContext http, LiveAccess access, NpgsqlDataSource database, CancellationToken cancel) =>
        await VisibleAsync(id, http, access, database, cancel) is { } order ? TypedResults.Ok(order) : Problems.NotFound();

    private static async Task<Results<Ok<OrderView>, Accepted<OrderView>, ForbidHttpResult, ProblemHttpResult>> Cancel(
        Guid id, HttpContext http, LiveAccess access, OrderCancellation cancellation, NpgsqlDataSource database, CancellationToken cancel)
    {
        var outcome = await cancellation.CancelAsync(id, http.User.Id(), cancel);
        // Who may see everybody's orders may not call them off; that there is such an order is no secret to them.
        var order = await VisibleAsync(id, http, access, database, cancel);
        return (outcome, order) switch
        {
            (_, null) => Problems.NotFound(),
            (Cancellation.NotFound, _) => TypedResults.Forbid(),
            (Cancellation.Cancelled, _) => TypedResults.Ok(order),
            (Cancellation.RefundAsked, _) => TypedResults.Accepted($"/orders/{id}", order),
            _ => Problems.Of(StatusCodes.Status409Conflict, "too-late-to-cancel", "The order cannot be cancelled any more", $"It is {order.Status}."),
        };
    }

    /// <summary>The caller's order; only if it is none of theirs does it matter whether they may see everybody's.</summary>
    private static async Task<OrderView?> VisibleAsync(
        Guid id, HttpContext http, LiveAccess access, NpgsqlDataSource database, CancellationToken cancel) =>
        await OrderReader.GetAsync(database, id, http.User.Id(), cancel)
        ?? (await access.PermitsAsync(http, Permissions.OrdersRead) ? await OrderReader.GetAsync(database, id, null, cancel) : null);
}
