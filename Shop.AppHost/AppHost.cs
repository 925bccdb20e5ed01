using Shop.AppHost;
using Shop.Hosting;

OneLineErrors.Report();
DirectPorts.FreeDashboardPorts();
var builder = DistributedApplication.CreateBuilder(args);

var adminEmail = builder.AddParameter("admin-email", "admin@shop.test");
var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);
var webSecret = builder.AddParameter("web-client-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Servers. The broker takes longest to boot. Nothing waits for it: what needs it says so in its health until it is there.
var messaging = builder.AddRabbitMQ("messaging").RunAsProcess().WithRestart();
var postgres = builder.AddPostgres("postgres").RunAsProcess().WithRestart();
var authDb = postgres.AddDatabase("authdb");
var productDb = postgres.AddDatabase("productdb");
var paymentDb = postgres.AddDatabase("paymentdb");

// Services.
var auth = builder.AddProject<Projects.Shop_Auth>("auth");
auth.WithReference(authDb).WaitFor(authDb)
    .WithReference(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithEnvironment("Admin__Email", adminEmail)
    .WithEnvironment("Admin__Password", adminPassword)
    .WithServiceHealth().WithRestart();

var product = builder.AddProject<Projects.Shop_Product>("product")
    .WithReference(productDb).WaitFor(productDb)
    .WithReference(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithServiceHealth().WithRestart();

builder.AddProject<Projects.Shop_Payment>("payment")
    .WithReference(paymentDb).WaitFor(paymentDb)
    .WithReference(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithServiceHealth().WithRestart();

var web = builder.AddProject<Projects.Shop_Web>("web")
    .WithReference(product)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithEnvironment("Auth__Web__Secret", webSecret)
    .WithServiceHealth().WithRestart()
    .WithExternalHttpEndpoints();
auth.WithEnvironment("Auth__Web__Address", web.GetEndpoint("http")).WithEnvironment("Auth__Web__Secret", webSecret);

builder.UseDirectPorts().ReportStartup(web, adminEmail).Build().Run();
