using Shop.Messaging;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.DeadLetters;
using Shop.Payment;
using Shop.Payment.Gateways;
using Shop.Payment.Payments;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopAuthentication();
builder.AddShopDatabase<PaymentDb>("paymentdb");
builder.AddMessaging("messaging", messaging => messaging
    // More places than the work itself wants: a gateway that does not answer holds one for some seconds.
    .Consume(Topology.PaymentOrders, concurrency: 64, prefetch: 128)
    .Handle<OrderPlaced, OrderPlacedHandler>()
    .Handle<OrderCancelled, OrderCancelledHandler>());
builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payment").ValidateDataAnnotations().ValidateOnStart();
builder.AddPaymentGateway();
builder.Services.AddSingleton<ReconcilerSignal>();
builder.Services.AddHostedService<Reconciler>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPayments();
app.MapPaymentGateway();
app.MapDeadLetters();
app.Run();
