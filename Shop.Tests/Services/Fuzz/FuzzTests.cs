using Shop.Payment;
using Shop.Product;
using Shop.ServiceDefaults.Access;
using Shop.Tests.Services.Auth;
using Shop.Tests.Services.Messaging;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Whatever is sent to whichever endpoint: never a fault of the service, never its inside, always problem details.</summary>
public sealed class FuzzTests : MessagingTest
{
    private static readonly Guid Somebody = Guid.NewGuid();

    [Fact, Trait("security", "39")]
    public async Task Nothing_that_is_sent_to_auth_breaks_it()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, ("Logging:LogLevel:Default", "None"));
        service.UseKestrel(0);
        using var client = service.CreateClient();
        var admin = await TokenAsync(client, AuthService.AdminEmail, AuthService.AdminPassword);

        await ApiFuzz.RunAsync(client, [admin], Somebody);
    }

    [Fact, Trait("security", "39")]
    public async Task Nothing_that_is_sent_to_product_breaks_it()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = new ServiceFactory<ProductDb>([("ConnectionStrings:productdb", Database.ConnectionString), .. await SettingsAsync(issuer)]);
        service.UseKestrel(0);
        using var client = service.CreateClient();

        await ApiFuzz.RunAsync(client, [issuer.Token(Somebody), issuer.Token(Guid.NewGuid(), [.. Permissions.All])], Somebody);
    }

    [Fact, Trait("security", "39")]
    public async Task Nothing_that_is_sent_to_payment_breaks_it()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = new ServiceFactory<PaymentDb>([("ConnectionStrings:paymentdb", Database.ConnectionString), .. await SettingsAsync(issuer)]);
        service.UseKestrel(0);
        using var client = service.CreateClient();

        await ApiFuzz.RunAsync(client, [issuer.Token(Somebody), issuer.Token(Guid.NewGuid(), [.. Permissions.All])], Somebody);
    }

    private static async Task<(string, string)[]> SettingsAsync(TestIssuer issuer) =>
    [
        ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()),
        ("Auth:Issuer", issuer.Url),
        ("environment", "Development"),
        ("Logging:LogLevel:Default", "None"),
    ];

    private static async Task<string> TokenAsync(HttpClient client, string email, string password)
    {
        var answer = await HttpAssert.JsonAsync(
            await AuthService.TokenAsync(client, ("grant_type", "password"), ("username", email), ("password", password)), System.Net.HttpStatusCode.OK);
        return answer.GetProperty("access_token").GetString()!;
    }
}
