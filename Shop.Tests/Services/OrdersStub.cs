using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Services;

/// <summary>Stands in for Product on a port of its own, with one order and one saved address.</summary>
internal sealed class OrdersStub : IAsyncDisposable
{
    public const long Number = 1105;
    public static readonly Guid Order = Guid.Parse("01900000-0000-7000-8000-000000000105");
    public static readonly Guid Address = Guid.Parse("01900000-0000-7000-8000-000000000201");

    private readonly WebApplication _app;

    private OrdersStub(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>What the order and its payment are.</summary>
    public (string Order, string Payment, string? Reason) Status { get; set; } = ("pending", "pending", null);

    /// <summary>Whether everything is answered with 503.</summary>
    public bool IsAway { get; set; }

    /// <summary>Lets the stream of events go on after its first event.</summary>
    public TaskCompletionSource GoOn { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when whoever read the stream of events has left it.</summary>
    public TaskCompletionSource Left { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The queries with which orders were asked for.</summary>
    public List<string> Asked { get; } = [];

    public bool AddressRemoved { get; private set; }

    public static async Task<OrdersStub> StartAsync(CancellationToken cancellationToken)
    {
        var app = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]).Build();
        var stub = new OrdersStub(app);
        stub.Map();
        await app.StartAsync(cancellationToken);
        return stub;
    }

    /// <summary>As it was at the start.</summary>
    public void Reset()
    {
        Status = ("pending", "pending", null);
        IsAway = AddressRemoved = false;
        GoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Asked)
            Asked.Clear();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.Use((context, next) =>
        {
            if (!IsAway)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        _app.MapGet("/categories", () => List());
        _app.MapGet("/products", () => List());
        _app.MapGet("/cart", () => new { items = Array.Empty<object>(), count = 0 });
        _app.MapGet("/addresses", () => AddressRemoved ? List() : List(new { id = Address, name = "Ann", line1 = "Main Street 1", postalCode = "10115", city = "Berlin", country = "DE" }));
        _app.MapPost("/addresses", () => Results.Json(new { type = "/problems/validation", errors = new { city = new[] { "Required." } } }, statusCode: 400));
        _app.MapDelete("/addresses/{id:guid}", () =>
        {
            AddressRemoved = true;
            return Results.NoContent();
        });
        _app.MapGet("/orders", (long? number, HttpRequest request) =>
        {
            lock (Asked)
                Asked.Add(request.QueryString.Value ?? "");
            return number is null or Number ? List(View()) : List();
        });
        _app.MapGet("/orders/{id:guid}", (Guid id) => id == Order ? Results.Ok(View()) : Results.NotFound(new { type = "/problems/not-found" }));
        _app.MapPost("/orders/{id:guid}/cancel", () =>
        {
            if (Status.Order is not "pending")
                return Results.Json(new { type = "/problems/too-late-to-cancel" }, statusCode: 409);
            Status = ("cancelled", "cancelled", "customer");
            return Results.Ok(View());
        });
        _app.MapGet("/orders/{id:guid}/events", EventsAsync);
    }

    private async Task EventsAsync(HttpContext http)
    {
        if (http.Request.Headers["Last-Event-ID"] == "2")
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        var left = Left;
        http.RequestAborted.Register(() => left.TrySetResult());
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync("data: pending\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await GoOn.Task.WaitAsync(http.RequestAborted);
        await http.Response.WriteAsync("data: paid\n\n", http.RequestAborted);
    }

    private static object List(params object[] items) => new { items, next = (string?)null };

    private object View() => new
    {
        id = Order,
        number = Number,
        customerId = Guid.Empty,
        status = Status.Order,
        total = new { amount = 39.90m, currency = "EUR" },
        items = new[] { new { productId = CatalogStub.Kettle, name = "Kettle <b>", quantity = 1, unitPrice = new { amount = 39.90m, currency = "EUR" } } },
        placedAt = DateTimeOffset.UnixEpoch,
        payment = new
        {
            status = Status.Payment,
            reason = Status.Reason,
            action = Status.Payment is "action-required" ? new { url = "http://bank.test/bank/1" } : null,
        },
        history = new[] { new { status = "pending", at = DateTimeOffset.UnixEpoch } },
        expiresAt = Status.Order is "pending" ? DateTimeOffset.UnixEpoch.AddMinutes(15) : (DateTimeOffset?)null,
    };
}
