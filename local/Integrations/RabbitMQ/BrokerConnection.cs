using System.Diagnostics;
using System.Net.Sockets;
using Polly;
using Polly.Retry;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Opens the connection that the container hands out, patiently: a broker often boots longer than the service.</summary>
internal static class BrokerConnection
{
    public static readonly ActivitySource Source = new("Aspire.RabbitMQ.Client");

    /// <exception cref="BrokerUnreachableException">The broker did not answer at the last try either.</exception>
    public static IConnection Open(IConnectionFactory factory, int retries)
    {
        using var activity = Start("rabbitmq connect", factory.Uri);
        // The container's factories are synchronous; on a pool thread no synchronization context can deadlock with the wait.
        return Task.Run(async () => await Retrying(retries).ExecuteAsync(async (_, cancellation) => await AttemptAsync(factory, cancellation), 0))
            .GetAwaiter().GetResult();
    }

    private static ResiliencePipeline Retrying(int retries)
    {
        if (retries <= 0)
            return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<SocketException>().Handle<BrokerUnreachableException>(),
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(1),
            MaxRetryAttempts = retries,
        }).Build();
    }

    private static async Task<IConnection> AttemptAsync(IConnectionFactory factory, CancellationToken cancellation)
    {
        using var activity = Start("rabbitmq connect attempt", factory.Uri);
        activity?.SetTag("messaging.operation", "connect");
        try
        {
            return await factory.CreateConnectionAsync(cancellation);
        }
        catch (Exception fault)
        {
            activity?.SetTag("exception.type", fault.GetType().FullName);
            activity?.SetTag("exception.message", fault.Message);
            activity?.SetTag("exception.stacktrace", fault.ToString());
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private static Activity? Start(string name, Uri address) =>
        Source.StartActivity(name, ActivityKind.Client)?
            .SetTag("messaging.system", "rabbitmq")
            .SetTag("server.address", address.Host)
            .SetTag("server.port", address.Port);
}
