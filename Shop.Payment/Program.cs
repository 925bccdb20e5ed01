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
    // More at a time than two cores need: a gateway that does not answer occupies one of them for some seconds.
    .Consume(Topology.PaymentOrders, concurrency: 64, prefetch: 128)
    .Handle<OrderPlaced, ChargeOrder>()
    .Handle<OrderCancelled, CancelPayment>());
builder.Services.AddValidation();
builder.AddPayments();
builder.AddPaymentGateway();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPayments();
app.MapPaymentGateway();
app.MapDeadLetters();
app.Run();
