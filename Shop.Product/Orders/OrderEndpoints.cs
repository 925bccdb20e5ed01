using Shop.Product.Accounts;
using Shop.Product.Orders.Stats;
using Shop.Product.Orders.Watching;
using Shop.ServiceDefaults.Access;

namespace Shop.Product.Orders;

/// <summary>Orders: their endpoints and background services.</summary>
public static class OrderEndpoints
{
    /// <summary>Adds what <see cref="MapOrders"/> needs, with the settings under <c>Orders</c>.</summary>
    public static IHostApplicationBuilder AddOrders(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<OrderOptions>().BindConfiguration("Orders").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<EndedSessions>();
        builder.Services.AddHostedService<ForgetAccounts>();
        builder.Services.AddSingleton<PlaceOrder>();
        builder.Services.AddSingleton<CancelOrder>();
        builder.Services.AddHostedService<ExpireOrders>();
        builder.Services.AddHostedService<KeepOrderStats>();
        builder.Services.AddSingleton<OrderNotifications>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderNotifications>());
        return builder;
    }

    /// <summary>Maps <c>/orders</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Orders").RequireAuthorization();
        orders.MapPost("/", PlaceOrder.Endpoint).WithName("PlaceOrder")
            .WithSummary("Order; the same Idempotency-Key with the same content gets the same answer and no second order")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        orders.MapGet("/", OrderQueries.List).WithName("ListOrders")
            .WithSummary("Own orders, newest first; with orders.read everybody's, or one customer's")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        orders.MapGet("/{id:guid}", OrderQueries.Get).WithName("GetOrder")
            .WithSummary("An order with its history")
            .ProducesProblem(StatusCodes.Status404NotFound);
        orders.MapGet("/{id:guid}/events", WatchOrder.Endpoint).WithName("WatchOrder")
            .WithSummary("Each state of the order, so far and as it comes, as server-sent events; ends when nothing more is to come")
            .Produces<OrderEventView>(StatusCodes.Status200OK, "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .DisableRequestTimeout();
        orders.MapPost("/{id:guid}/cancel", CancelOrder.Endpoint).AddEndpointFilter<EndedSessions>().WithName("CancelOrder")
            .WithSummary("Cancel an order: a pending one at once, a paid one by asking for a refund; one that is shipped stays")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        var staff = orders.MapGroup("").RequirePermission(Permissions.OrdersWrite);
        staff.MapPost("/{id:guid}/ship", ShipOrder.Endpoint).WithName("ShipOrder")
            .WithSummary("Say that a paid order was handed to a carrier; said again, carrier and tracking number are corrected")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        staff.MapPost("/{id:guid}/notes", AddOrderNote.Endpoint).WithName("AddOrderNote")
            .WithSummary("Write a note about an order, for staff alone")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        app.MapGroup("/stats").WithTags("Orders").RequirePermission(Permissions.OrdersRead).MapGet("/orders", GetOrderStats.HandleAsync).WithName("GetOrderStats")
            .WithSummary("Orders, revenue, outcomes and time to paid, by the hour or day in which they were placed")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }
}
