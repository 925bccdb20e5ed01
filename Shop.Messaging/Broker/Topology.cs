using RabbitMQ.Client;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Broker;

/// <summary>
/// Every exchange, queue and binding of the shop. Each service declares all of them whenever it opens a channel: services can start in any order, and a broker
/// that lost its data gets them back.
/// </summary>
public static class Topology
{
    /// <summary>The topic exchange that every event goes to, with the contract's name as routing key.</summary>
    public const string Events = "shop.events";

    /// <summary>Orders to charge, and orders that were cancelled.</summary>
    public const string PaymentOrders = "payment.orders";

    /// <summary>Outcomes of payments.</summary>
    public const string ProductPayments = "product.payments";

    /// <summary>Accounts and sessions that have ended.</summary>
    public const string ProductAccounts = "product.accounts";

    /// <summary>Audit records of other services, for Auth.</summary>
    public const string AuthAudit = "auth.audit";

    /// <summary>
    /// How often a message may come back unacknowledged before the broker itself makes it a dead letter: a message that kills its
    /// consumer each time ends up where staff can see it. High, because messages that were only prefetched then are counted too.
    /// </summary>
    private const int DeliveryLimit = 20;

    /// <summary>What goes to which queue.</summary>
    internal static readonly IReadOnlyList<(string Queue, string[] Contracts)> Queues =
    [
        (PaymentOrders, [OrderPlaced.Name, OrderCancelled.Name]),
        (ProductPayments, [PaymentSucceeded.Name, PaymentDeclined.Name, PaymentActionRequired.Name, PaymentRefunded.Name, PaymentRefundRefused.Name]),
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

    // RabbitMQ 4 and later drops a message after twenty returns by default, and for dead letters there is no further queue.
    private static Dictionary<string, object?> Unlimited() => new() { ["x-delivery-limit"] = int.MaxValue };

    private static Dictionary<string, object?> DeadLettering(string queue) => new()
    {
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = DeadLettersOf(queue),
        // The default strategy may lose the message on its way to the dead letters. This one requires this overflow behaviour.
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
