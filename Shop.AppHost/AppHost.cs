using Shop.AppHost;
using Shop.AppHost.Dashboard;
using Shop.Hosting;

OneLineErrors.Report();
DirectPorts.FreeDashboardPorts();
var builder = DistributedApplication.CreateBuilder(args);

var adminEmail = builder.AddParameter("admin-email", "admin@shop.test");
var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);
var webSecret = builder.AddParameter("web-client-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var adminSecret = builder.AddParameter("admin-client-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Servers. The broker takes longest to boot. Nothing waits for it: what needs it says so in its health until it is there.
var messaging = builder.AddRabbitMQ("messaging").RunAsProcess().WithRestart().WithKill().WithIconName("Mailbox");
var postgres = builder.AddPostgres("postgres").RunAsProcess().WithRestart().WithKill();
var authDb = postgres.AddDatabase("authdb");
var productDb = postgres.AddDatabase("productdb");
var paymentDb = postgres.AddDatabase("paymentdb");

// Services.
var auth = builder.AddProject<Projects.Shop_Auth>("auth");
auth.WithReference(authDb).WaitFor(authDb).WithReference(messaging)
    .WithEnvironment("Admin__Email", adminEmail).WithEnvironment("Admin__Password", adminPassword)
    .AsService(auth).WithApiLinks().WithIconName("PersonKey");

var product = builder.AddProject<Projects.Shop_Product>("product")
    .WithReference(productDb).WaitFor(productDb).WithReference(messaging)
    .AsService(auth).WithApiLinks().WithIconName("Box");

var payment = builder.AddProject<Projects.Shop_Payment>("payment")
    .WithReference(paymentDb).WaitFor(paymentDb).WithReference(messaging)
    .AsService(auth).WithApiLinks().WithIconName("Payment");

// Sites.
var web = builder.AddProject<Projects.Shop_Web>("web")
    .WithReference(product)
    .AsService(auth).SignsInAt(auth, "Web", webSecret).WithStoreLinks().WithIconName("BuildingShop").WithExternalHttpEndpoints();
builder.AddProject<Projects.Shop_Admin>("admin")
    .WithReference(product).WithReference(payment)
    .AsService(auth).SignsInAt(auth, "Admin", adminSecret).WithBackOfficeLinks().WithIconName("DesktopPulse").WithExternalHttpEndpoints();
payment.WithEnvironment("Payment__Storefront", web.GetEndpoint("http")).WithEnvironment("Payment__Simulated__BankAddress", payment.GetEndpoint("http"));

// What there is to do and to watch in the dashboard.
productDb.WithFill().WithReset(messaging, others: [paymentDb], services: [product, payment]);
messaging.WithReplay(auth, adminEmail, adminPassword, product, payment);
builder.AddProject<Projects.Shop_Shoppers>("shoppers").AsBuilt()
    .WithReference(auth).WithReference(product)
    .WithEnvironment("Shoppers__PerMinute", builder.Configuration["Shoppers:PerMinute"] ?? "60")
    .WithIconName("PeopleCommunity").WithExplicitStart();

builder.UseDirectPorts().LimitTelemetry().ReportStartup(web, adminEmail).Build().Run();
