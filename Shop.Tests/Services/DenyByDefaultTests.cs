using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Shop.Payment;
using Shop.Product;
using Shop.Tests.Services.Auth;

namespace Shop.Tests.Services;

/// <summary>Every endpoint wants to know who calls, unless it is on this short list.</summary>
public sealed partial class DenyByDefaultTests : IAsyncLifetime
{
    private const string ReaderOfDocuments = "/scalar";
    private static readonly string[] OfEveryService = ["/health", "/alive", "/openapi/{documentName}.json"];
    // Those of OpenID Connect know who calls in ways of their own: a client's secret, a code, a browser's cookie.
    private static readonly string[] OfAuth =
    [
        "POST /register", "POST /connect/token", "GET /connect/authorize", "POST /connect/authorize", "GET /connect/userinfo", "POST /connect/userinfo",
        "GET /connect/logout", "POST /connect/logout", "GET /sign-in", "POST /sign-in", "POST /sign-in/code", "GET /sign-up", "POST /sign-up", "GET /sign-out", "POST /sign-out",
        "GET /signed-in", "GET /signed-out", "GET /account", "GET /account/{**form}", "GET /sign-in/code", "POST /account/password", "POST /account/sessions/end", "POST /account/sessions/end-others",
        "POST /account/two-factor", "POST /account/two-factor/on", "POST /account/two-factor/off", "POST /account/two-factor/recovery-codes", "POST /account/delete",
        "POST /password/forgot", "POST /password/reset", "POST /email/confirm", "POST /account/email", "GET /forgot-password", "POST /forgot-password",
        "GET /reset-password", "POST /reset-password", "GET /confirm-email", "POST /confirm-email", "GET /dev/mail",
        "GET /sign-in/passkey", "POST /sign-in/passkey", "POST /account/passkeys", "POST /account/passkeys/add", "POST /account/passkeys/remove",
        "GET /consent", "POST /consent", "POST /language",
    ];
    private static readonly string[] OfProduct = ["GET /products", "GET /products/suggest", "GET /products/{id:guid}", "GET /products/{id:guid}/image", "GET /categories", "GET /delivery-methods"];
    private static readonly string[] OfPayment = ["POST /webhooks/stripe"];
    private static readonly string[] OfSimulatedBank = ["GET /bank.css", "GET /bank/{id}", "POST /bank/{id}"];

    private TestDatabase _database = null!;
    private TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => (_database, _issuer) = (await TestDatabase.CreateAsync("routes"), await TestIssuer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact, Trait("security", "22")]
    public async Task Auth_is_open_only_to_those_who_have_no_account_yet_or_sign_in()
    {
        await using var service = AuthService.Host(_database);
        await CheckAsync(service, OfAuth);
    }

    [Fact, Trait("security", "22")]
    public async Task Product_is_open_only_to_those_who_look_at_the_catalog()
    {
        await using var service = new ServiceFactory<ProductDb>([("ConnectionStrings:productdb", _database.ConnectionString), .. Settings]);
        await CheckAsync(service, OfProduct);
    }

    [Fact, Trait("security", "22")]
    public async Task Payment_is_open_only_to_what_the_gateway_signs()
    {
        await using var service = new ServiceFactory<PaymentDb>([
            ("ConnectionStrings:paymentdb", _database.ConnectionString),
            ("Payment:Gateway", "stripe"), ("Payment:Stripe:ApiKey", "sk_test_none"), ("Payment:Stripe:WebhookSecret", "whsec_none"),
            .. Settings]);
        await CheckAsync(service, OfPayment);
    }

    [Fact, Trait("security", "22")]
    public async Task The_simulated_bank_adds_its_page_alone()
    {
        await using var service = new ServiceFactory<PaymentDb>([("ConnectionStrings:paymentdb", _database.ConnectionString), ("Payment:Gateway", "simulated"), .. Settings]);
        await CheckAsync(service, OfSimulatedBank);
    }

    private (string, string)[] Settings =>
    [
        ("ConnectionStrings:messaging", "amqp://guest:guest@127.0.0.1:1"),
        ("Auth:Issuer", _issuer.Url),
        ("environment", "Development"),
        ("Logging:LogLevel:Default", "Critical"),
    ];

    /// <summary>What the route table says, and what a stranger is told.</summary>
    private static async Task CheckAsync<T>(ServiceFactory<T> service, string[] open) where T : class
    {
        using var client = service.CreateClient();
        var routes = service.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => !route.RoutePattern.RawText!.StartsWith(ReaderOfDocuments, StringComparison.Ordinal))
            // Files that came after the build, in Development: a stranger finds nothing there.
            .Where(route => route.Metadata.GetMetadata<StaticAssetDescriptor>() is null && route.RoutePattern.RawText is not "{**path:file}").ToList();
        var expected = open.Concat(OfEveryService).ToHashSet(StringComparer.Ordinal);

        var anonymous = routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).SelectMany(Names).Distinct().ToList();
        Assert.Equal([], anonymous.Except(expected).Except(expected.SelectMany(name => (string[])["GET " + name, "HEAD " + name])));
        Assert.Equal([], open.Except(anonymous));

        foreach (var route in routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            foreach (var method in Methods(route).DefaultIfEmpty("GET"))
            {
                var path = "/" + Parameter().Replace(route.RoutePattern.RawText!.TrimStart('/'), Guid.Empty.ToString());
                var answer = await client.SendAsync(new(HttpMethod.Parse(method), path), TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized, $"A stranger gets {(int)answer.StatusCode} for {method} {path}.");
            }
        }
    }

    private static IEnumerable<string> Names(RouteEndpoint route)
    {
        var pattern = "/" + route.RoutePattern.RawText!.Trim('/');
        return Methods(route).Select(method => $"{method} {pattern}").DefaultIfEmpty(pattern);
    }

    private static IEnumerable<string> Methods(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
