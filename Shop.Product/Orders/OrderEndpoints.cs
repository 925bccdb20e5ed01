using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Product.Orders;

/// <summary>What customers order, and what became of it.</summary>
public static class OrderEndpoints
{
    /// <summary>Maps <c>/orders</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Orders").RequireAuthorization().ValidateRequests();
        orders.MapPost("/", Place).WithName("PlaceOrder")
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
    }

    private static async Task<Results<Accepted<OrderView>, ProblemHttpResult>> Place(
        PlaceOrderRequest request, [FromHeader(Name = IdempotencyKey.Header)] string? key, ClaimsPrincipal user, OrderPlacement placement)
    {
        if (!IdempotencyKey.IsValid(key))
            return Problems.Of(
                StatusCodes.Status400BadRequest, "idempotency-key", "The request needs an Idempotency-Key header",
                "Send 1 to 255 visible ASCII characters that are new for each order, such as a UUID, and the same ones when you try again.");

        return await placement.PlaceAsync(user.Id(), key!, request) switch
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
            TooExpensive => Problems.Of(
                StatusCodes.Status400BadRequest, "total-too-large", "The total is more than an order can have",
                $"An order's total is at most {Money.MaxAmount}."),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> List(
        string? status, Guid? customer, Paging paging, ClaimsPrincipal user, NpgsqlDataSource database, CancellationToken cancel)
    {
        var state = status is null ? null : OrderStatuses.Parse(status);
        if (status is not null && state is null)
            return Problems.Validation(new Dictionary<string, string[]>
            {
                ["status"] = ["Must be pending, paid, declined, cancelled, expired or refunded."],
            });
        // Whoever may see only their own sees only their own, whatever they ask for.
        var whose = user.Has(Permissions.OrdersRead) ? customer : user.Id();
        return TypedResults.Ok(await OrderReader.ListAsync(database, whose, state, paging, cancel));
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Get(
        Guid id, ClaimsPrincipal user, NpgsqlDataSource database, CancellationToken cancel) =>
        await OrderReader.GetAsync(database, id, user.Has(Permissions.OrdersRead) ? null : user.Id(), cancel) is { } order
            ? TypedResults.Ok(order)
            : Problems.NotFound();
}
