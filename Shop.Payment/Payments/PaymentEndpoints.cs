using Shop.Payment.Gateways;
using Shop.Payment.Gateways.Stripe;
using Shop.Payment.Payments.Bank;
using Shop.ServiceDefaults.Access;

namespace Shop.Payment.Payments;

/// <summary>Payments: their endpoints and background services.</summary>
public static class PaymentEndpoints
{
    /// <summary>Adds what <see cref="MapPayments"/> needs, with the settings under <c>Payment</c>.</summary>
    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payment").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ReconcilerSignal>();
        builder.Services.AddHostedService<Reconciler>();
        return builder;
    }

    /// <summary>Maps <c>/payments</c>.</summary>
    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/payments").WithTags("Payments").ProducesProblem(StatusCodes.Status401Unauthorized);

        payments.MapGet("/", PaymentQueries.List).WithName("ListPayments")
            .WithSummary("Own payments, newest first; with payments.read everybody's; with refund=refused those whose money the gateway did not give back")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        payments.MapGet("/{orderId:guid}", PaymentQueries.Get).WithName("GetPayment")
            .WithSummary("The payment of an order")
            .ProducesProblem(StatusCodes.Status404NotFound);
        payments.MapPost("/{orderId:guid}/refund", RefundPayment.Endpoint).WithName("RefundPayment").RequirePermission(Permissions.PaymentsRefund)
            .WithSummary("Give back all that is left, or a part; the same Idempotency-Key gets the same answer and no second refund")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        payments.MapGet("/{orderId:guid}/ledger", GetLedger.Endpoint).WithName("GetLedger").RequirePermission(Permissions.PaymentsRead)
            .WithSummary("Every call to the gateway about an order, with its answer")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        return app;
    }

    /// <summary>Maps what the gateway in use needs: Stripe's webhook, or the simulated bank's page and <c>/payments/books</c>.</summary>
    public static void MapPaymentGateway(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IPaymentGateway>() is StripeGateway)
            app.MapStripeWebhook();
        if (app.Services.GetService<SimulatedBank>() is not null)
        {
            app.MapBank();
            app.MapBooks();
        }
    }
}
