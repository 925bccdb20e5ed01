using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace Shop.Messaging.Broker;

/// <summary>
/// The service's one connection to the broker, opened at first use: opening blocks, and fails while the broker is unavailable. The client reconnects it; those who
/// use channels and consumers open them again.
/// </summary>
internal sealed class BrokerConnection(IServiceProvider services) : IHealthCheck, IDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile IConnection? _connection;

    /// <summary>Opens a channel, declares the topology on it, and turns on publisher confirms: awaiting a publish waits for the broker's answer.</summary>
    /// <exception cref="Exception">The broker is unavailable. Any exception of the client; try again later.</exception>
    public async Task<IChannel> OpenChannelAsync(ushort consumerConcurrency, CancellationToken cancellationToken)
    {
        var connection = _connection ?? await ConnectAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                // No throttle: what is in flight is bounded by the relay's batch and by the consumers' concurrency.
                outstandingPublisherConfirmationsRateLimiter: null,
                consumerDispatchConcurrency: consumerConcurrency),
            cancellationToken);
        try
        {
            await Topology.DeclareAsync(channel, cancellationToken);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_connection switch
        {
            null => new HealthCheckResult(context.Registration.FailureStatus, "The broker has not been reached yet."),
            { IsOpen: false } => new HealthCheckResult(context.Registration.FailureStatus, "The connection to the broker is down."),
            _ => HealthCheckResult.Healthy(),
        });

    /// <summary>The container closes the connection itself.</summary>
    public void Dispose() => _connecting.Dispose();

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            // On a thread of its own, since opening the connection blocks. The container does not keep a failure, so the next call tries again.
            return _connection ??= await Task.Factory.StartNew(
                services.GetRequiredService<IConnection>, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
