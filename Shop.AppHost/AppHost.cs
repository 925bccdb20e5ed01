using Shop.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

var adminEmail = builder.AddParameter("admin-email", "admin@shop.test");
var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);
var webSecret = builder.AddParameter("web-client-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Servers. The broker takes longest to boot, so it comes first and everything else starts beside it.
var messaging = builder.AddRabbitMQ("messaging").WithRestart();
var postgres = builder.AddPostgres("postgres").WithRestart();
var authDb = postgres.AddDatabase("authdb");
var productDb = postgres.AddDatabase("productdb");
var paymentDb = postgres.AddDatabase("paymentdb");

// Services.
var auth = builder.AddProject<Projects.Shop_Auth>("auth");
auth.WithReference(authDb).WaitFor(authDb)
    // Not waited for: nobody who signs in needs the broker, and it is the last to be there.
    .WithReference(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithEnvironment("Admin__Email", adminEmail)
    .WithEnvironment("Admin__Password", adminPassword)
    .WithHttpHealthCheck("/health").WithRestart();

var product = builder.AddProject<Projects.Shop_Product>("product")
    .WithReference(productDb).WaitFor(productDb)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithHttpHealthCheck("/health").WithRestart();

builder.AddProject<Projects.Shop_Payment>("payment")
    .WithReference(paymentDb).WaitFor(paymentDb)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithHttpHealthCheck("/health").WithRestart();

var web = builder.AddProject<Projects.Shop_Web>("web")
    .WithReference(product).WaitFor(product)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithEnvironment("Auth__Web__Secret", webSecret)
    .WithHttpHealthCheck("/health").WithRestart()
    .WithExternalHttpEndpoints();
auth.WithEnvironment("Auth__Web__Address", web.GetEndpoint("http")).WithEnvironment("Auth__Web__Secret", webSecret);

builder.ReportStartup(web, adminEmail).Build().Run();
