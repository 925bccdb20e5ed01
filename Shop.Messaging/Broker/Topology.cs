using RabbitMQ.Client;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Broker;

/// <summary>
/// Every exchange, queue and binding of the shop. Each service declares all of it whenever it opens a channel: no service has to start
/// before another, and a broker that lost its data gets it back.
/// </summary>
public static class Topology
{
    /// <summary>The topic exchange that every event goes to, with the contract's name as routing key.</summary>
    public const string Events = "shop.events";

    /// <summary>Orders that wait to be charged, or called off.</summary>
    public const string PaymentOrders = "payment.orders";

    /// <summary>What became of the payments.</summary>
    public const string ProductPayments = "product.payments";

    /// <summary>Accounts and sessions that are over, for who takes orders.</summary>
    public const string ProductAccounts = "product.accounts";

    /// <summary>What was done in other services than Auth, for its audit.</summary>
    public const string AuthAudit = "auth.audit";

    /// <summary>
    /// How often a message may come back unacknowledged before the broker itself makes it a dead letter: a message that kills its
    /// consumer each time ends up where staff can see it. High, because messages that were only prefetched then are counted too.
    /// </summary>
    private const int DeliveryLimit = 20;

    private static readonly (string Queue, string[] Contracts)[] Queues =
    [
        (PaymentOrders, [OrderPlaced.Name, OrderCancelled.Name]),
        (ProductPayments, [PaymentSucceeded.Name, PaymentDeclined.Name, PaymentRefunded.Name, PaymentRefundRefused.Name]),
        (ProductAccounts, [AccountDeleted.Name, SessionsEnded.Name]),
        (AuthAudit, [AuditRecorded.Name]),
    ];

    /// <summary>Where the messages of a queue go that cannot be handled.</summary>
    public static string DeadLettersOf(string queue) => $"{queue}.dead";

    internal static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(Events, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        foreach (var (queue, contracts) in Queues)
        {
            await DeclareQuorumQueueAsync(channel, DeadLettersOf(queue), Unlimited(), cancellationToken);
            await DeclareQuorumQueueAsync(channel, queue, DeadLettering(queue), cancellationToken);
            foreach (var contract in contracts)
                await channel.QueueBindAsync(queue, Events, contract, cancellationToken: cancellationToken);
        }
    }

    // Left to itself a broker from version 4 on drops what came back twenty times, and dead letters have nowhere further to go.
    private static Dictionary<string, object?> Unlimited() => new() { ["x-delivery-limit"] = int.MaxValue };

    private static Dictionary<string, object?> DeadLettering(string queue) => new()
    {
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = DeadLettersOf(queue),
        // The default strategy may lose the message on its way to the dead letters; this one is only to be had with this overflow.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    private static async Task DeclareQuorumQueueAsync(
        IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        arguments["x-queue-type"] = "quorum";
        await channel.QueueDeclareAsync(
            name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
    }
}
