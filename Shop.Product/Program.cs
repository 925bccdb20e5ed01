using Shop.Messaging;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.DeadLetters;
using Shop.Product;
using Shop.Product.Accounts;
using Shop.Product.Addresses;
using Shop.Product.Cart;
using Shop.Product.Catalog;
using Shop.Product.Orders;
using Shop.Product.Orders.Stats;
using Shop.Product.Shipping;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopAuthentication();
builder.AddShopDatabase<ProductDb>("productdb");
builder.AddCatalog();
builder.AddMessaging("messaging", messaging =>
{
    messaging.Consume(Topology.ProductPayments)
        .Handle<PaymentSucceeded, OnPayment>()
        .Handle<PaymentDeclined, OnPayment>()
        .Handle<PaymentActionRequired, OnPayment>()
        .Handle<PaymentRefunded, OnPayment>()
        .Handle<PaymentRefundRefused, OnPayment>();
    messaging.Consume(Topology.ProductAccounts, concurrency: 2, prefetch: 16)
        .Handle<SessionsEnded, SessionsEndedHandler>()
        .Handle<AccountDeleted, AccountDeletedHandler>();
});

builder.Services.AddOptions<ShopOptions>().BindConfiguration("Shop").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddValidation();
builder.AddDelivery();
builder.AddCart();
builder.AddOrders();
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, CatalogJson.Default);
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, CartJson.Default);
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, DeliveryJson.Default);
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, AddressesJson.Default);
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, OrdersJson.Default);
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, StatsJson.Default);
});

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapCatalog();
app.MapCart();
app.MapDelivery();
app.MapAddresses();
app.MapOrders();
app.MapDeadLetters();
app.Run();
