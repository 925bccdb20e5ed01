using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Shop.Messaging.Broker;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.Messaging.Consuming;

/// <summary>How a queue that a service consumes is doing.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Consumers">How many replicas consume it; null while the broker is away.</param>
/// <param name="Waiting">How many messages wait in it that no consumer has taken yet; null while the broker is away.</param>
/// <param name="Retrying">How many messages this replica keeps retrying, because something that they need is away.</param>
public sealed record ConsumerView(string Queue, long? Consumers, long? Waiting, int Retrying);

/// <summary><c>GET /consumers</c>: the queues that the service consumes.</summary>
internal static class ConsumerEndpoint
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(2);

    public static void MapConsumers(this IEndpointRouteBuilder app) => app.MapGet("/consumers", ListAsync).WithName("ListConsumers").WithTags("Dead letters")
        .RequirePermission(Permissions.MessagesManage)
        .WithSummary("The queues that this service consumes: who consumes them, what waits, and what is being retried");

    private static async Task<Ok<Page<ConsumerView>>> ListAsync(
        IEnumerable<Subscription> subscriptions, BrokerConnection broker, StuckMessages stuck, ILogger<ConsumerView> logger, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(BrokerTimeout);
        var queues = subscriptions.Select(subscription => subscription.Queue).ToList();
        try
        {
            await using var channel = await broker.OpenChannelAsync(consumerConcurrency: 1, timeout.Token);
            var views = new List<ConsumerView>();
            foreach (var queue in queues)
            {
                var state = await channel.QueueDeclarePassiveAsync(queue, timeout.Token);
                views.Add(new(queue, state.ConsumerCount, state.MessageCount, stuck.Count(queue)));
            }
            return TypedResults.Ok(new Page<ConsumerView>(views, null));
        }
        catch (Exception away) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The broker did not report the state of the queues: {Reason}", away.Message);
            return TypedResults.Ok(new Page<ConsumerView>([.. queues.Select(queue => new ConsumerView(queue, null, null, stuck.Count(queue)))], null));
        }
    }
}
