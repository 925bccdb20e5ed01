using System.Net.Http.Json;
using System.Text.Json;
using Shop.Payment;
using Shop.Product;
using Shop.ServiceDefaults.Access;
using Shop.Tests.Services.Auth;
using Shop.Tests.Services.Messaging;
using Shop.Web.Catalog;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Whatever bytes come over the wire: never a fault of the service.</summary>
[Trait("security", "39")]
public sealed class WireTests : MessagingTest
{
    private static readonly Guid[] Ids = [Guid.NewGuid()];

    [Fact]
    public async Task No_bytes_that_are_sent_to_auth_break_it()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, ("Logging:LogLevel:Default", "None"));
        service.UseKestrel(0);
        using var client = service.CreateClient();
        Operation[] pages =
        [
            .. new[] { "/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-up", "/sign-out" }.Select(path => Form(path, "email", "password", "code", "__RequestVerificationToken")),
            .. new[] { "password", "sessions/end", "sessions/end-others", "two-factor", "two-factor/on", "delete", "passkeys" }.Select(path => Form("/account/" + path, "current", "new", "password")),
            Form("/connect/revoke", "token", "client_id"),
            new(HttpMethod.Get, "/.well-known/openid-configuration", [], null, null, default),
        ];

        await WireFuzz.RunAsync(client.BaseAddress!, [.. await OperationsAsync(client), .. pages], [], Ids);
    }

    [Fact]
    public async Task No_bytes_that_are_sent_to_product_break_it()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = new ServiceFactory<ProductDb>([("ConnectionStrings:productdb", Database.ConnectionString), .. await SettingsAsync(issuer)]);
        service.UseKestrel(0);
        using var client = service.CreateClient();

        await WireFuzz.RunAsync(client.BaseAddress!, await OperationsAsync(client), Tokens(issuer), Ids);
    }

    [Fact]
    public async Task No_bytes_that_are_sent_to_payment_break_it()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = new ServiceFactory<PaymentDb>([("ConnectionStrings:paymentdb", Database.ConnectionString), .. await SettingsAsync(issuer)]);
        service.UseKestrel(0);
        using var client = service.CreateClient();

        await WireFuzz.RunAsync(client.BaseAddress!, await OperationsAsync(client), Tokens(issuer), Ids);
    }

    [Fact]
    public async Task No_bytes_that_are_sent_to_the_storefront_break_it()
    {
        await using var product = await CatalogStub.StartAsync(Cancel);
        await using var service = new ServiceFactory<ProductList>(
            ("services:product:http:0", product.Address), ("Auth:Issuer", "http://127.0.0.1:9"), ("Auth:Web:Secret", "a secret"), ("Logging:LogLevel:Default", "None"));
        service.UseKestrel(0);
        using var client = service.CreateClient();
        Operation[] pages =
        [
            .. new[] { "/", "/account", "/favicon.svg", "/c/kitchen" }.Select(path => new Operation(
                HttpMethod.Get, path, [new("q", "query", default), new("after", "query", default), new("sort", "query", default)], null, null, default)),
            .. new[] { "/", "/sign-out", "/account", "/c/kitchen" }.Select(path => Form(path, "_handler", "__RequestVerificationToken", "a")),
        ];

        await WireFuzz.RunAsync(client.BaseAddress!, pages, [], Ids);
    }

    /// <summary>A page's form, as an API document would name it.</summary>
    private static Operation Form(string path, params string[] fields)
    {
        var schema = JsonSerializer.SerializeToElement(new { type = "object", properties = fields.ToDictionary(field => field, _ => new { type = "string" }) });
        return new(HttpMethod.Post, path, [new("returnUrl", "query", default)], "application/x-www-form-urlencoded", schema, default);
    }

    private static async Task<IReadOnlyList<Operation>> OperationsAsync(HttpClient client) =>
        Operation.All(await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel));

    private static string[] Tokens(TestIssuer issuer) => [issuer.Token(Ids[0]), issuer.Token(Guid.NewGuid(), [.. Permissions.All])];

    private static async Task<(string, string)[]> SettingsAsync(TestIssuer issuer) =>
    [
        ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()),
        ("Auth:Issuer", issuer.Url),
        ("environment", "Development"),
        ("Logging:LogLevel:Default", "None"),
    ];
}
