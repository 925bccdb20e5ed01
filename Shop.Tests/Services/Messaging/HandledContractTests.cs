using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging.Broker;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Payment;
using Shop.Product;
using Shop.Tests.Services.Auth;

namespace Shop.Tests.Services.Messaging;

/// <summary>What is published arrives: each contract goes to a queue, and the service that consumes the queue handles it.</summary>
public sealed class HandledContractTests
{
    [Fact]
    public void Every_contract_goes_to_a_queue()
    {
        var contracts = typeof(IContract).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IContract)))
            .Select(type => (string)type.GetProperty(nameof(IContract.Name))!.GetValue(null)!);

        Assert.Equal(contracts.Order(), Topology.Queues.SelectMany(queue => queue.Contracts).Distinct().Order());
    }

    [Fact]
    public async Task Every_queue_is_consumed_by_a_service_that_handles_what_comes_from_it()
    {
        await using var issuer = await TestIssuer.StartAsync();
        await using var accounts = await TestDatabase.CreateAsync("auth");
        await using var catalog = await TestDatabase.CreateAsync("product");
        await using var books = await TestDatabase.CreateAsync("payment");
        await using var auth = AuthService.Host(accounts);
        await using var product = new ServiceFactory<ProductDb>([("ConnectionStrings:productdb", catalog.ConnectionString), .. Settings(issuer)]);
        await using var payment = new ServiceFactory<PaymentDb>([("ConnectionStrings:paymentdb", books.ConnectionString), .. Settings(issuer)]);

        var handled = ((IServiceProvider[])[auth.Services, product.Services, payment.Services]).SelectMany(services => services.GetServices<Subscription>())
            .ToDictionary(subscription => subscription.Queue, subscription => string.Join(" ", subscription.Handlers.Keys.Order()));

        Assert.Equal(Topology.Queues.ToDictionary(queue => queue.Queue, queue => string.Join(" ", queue.Contracts.Order())), handled);
    }

    private static (string, string)[] Settings(TestIssuer issuer) =>
    [
        ("ConnectionStrings:messaging", "amqp://guest:guest@127.0.0.1:1"),
        ("Auth:Issuer", issuer.Url),
        ("environment", "Development"),
        ("Logging:LogLevel:Default", "Critical"),
    ];
}
