var builder = DistributedApplication.CreateBuilder(args);

var adminEmail = builder.AddParameter("admin-email", "admin@shop.test");
var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);

// Servers. The broker takes longest to boot, so it comes first and everything else starts beside it.
var messaging = builder.AddRabbitMQ("messaging");
var postgres = builder.AddPostgres("postgres");
var authDb = postgres.AddDatabase("authdb");
var productDb = postgres.AddDatabase("productdb");
var paymentDb = postgres.AddDatabase("paymentdb");

// Services.
var auth = builder.AddProject<Projects.Shop_Auth>("auth");
auth.WithReference(authDb).WaitFor(authDb)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithEnvironment("Admin__Email", adminEmail)
    .WithEnvironment("Admin__Password", adminPassword)
    .WithHttpHealthCheck("/health");

var product = builder.AddProject<Projects.Shop_Product>("product")
    .WithReference(productDb).WaitFor(productDb)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.Shop_Payment>("payment")
    .WithReference(paymentDb).WaitFor(paymentDb)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.Shop_Web>("web")
    .WithReference(auth)
    .WithReference(product).WaitFor(product)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

builder.Build().Run();
