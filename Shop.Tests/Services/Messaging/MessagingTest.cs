using System.Text;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Messaging;

/// <summary>A broker without queues and an empty database for each test.</summary>
[Collection(BrokerTurn.Name)]
public abstract class MessagingTest : IAsyncLifetime
{
    protected const string Queue = "product.payments";
    protected const string DeadLetters = "product.payments.dead";

    private protected TestBroker Broker { get; private set; } = null!;

    private protected TestDatabase Database { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync("messaging");
        Broker = await TestBroker.ConnectAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await using var _ = Database;
        await Broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static PaymentSucceeded Paid(Guid? order = null) =>
        new(order ?? Guid.CreateVersion7(), new Money(1, "EUR"), "test", "r", DateTimeOffset.UnixEpoch);

    protected static string Json<T>(T message) where T : IContract => Encoding.UTF8.GetString(ContractsJson.Serialize(message));

    protected static string NewId() => Guid.CreateVersion7().ToString();
}
