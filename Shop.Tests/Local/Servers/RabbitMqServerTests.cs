using Aspire.Hosting.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Shop.Tests.Local.Servers;

public sealed class RabbitMqServerTests
{
    [Fact]
    public async Task RabbitMQ_lets_in_with_the_generated_password_only_and_another_runs_beside_it()
    {
        await using var server = new ServerRun(RabbitMqServer.StartAsync);
        await using var other = new ServerRun(RabbitMqServer.StartAsync);
        await Task.WhenAll(server.StartAsync(AcceptsAsync), other.StartAsync(AcceptsAsync));

        await RefusedAsync(server.Settings with { UserName = "guest", Password = "guest" });
        await RefusedAsync(server.Settings with { Password = other.Settings.Password });
        Assert.Equal(0, await server.StopAsync());
        await using var stillThere = await ConnectAsync(other.Settings);
        Assert.True(stillThere.IsOpen);
    }

    [Fact]
    public async Task RabbitMQs_queues_and_messages_survive_a_stop_and_a_kill()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = new ServerRun(RabbitMqServer.StartAsync);
        await server.StartAsync(AcceptsAsync);
        await using (var connection = await ConnectAsync(server.Settings))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
        }

        // RabbitMQ writes a new quorum queue's name to disk with up to 3 s delay, so a queue that new would not survive the kill.
        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync(AcceptsAsync);
        await using (var connection = await ConnectAsync(server.Settings))
        {
            await using var channel = await connection.CreateChannelAsync(new(true, true), ct);
            await channel.BasicPublishAsync("", "kept", mandatory: true, "here"u8.ToArray(), ct);
        }

        server.Process.Kill();
        Assert.Equal(128 + 9, await server.Process.Completion);
        await server.StartAsync(AcceptsAsync);

        await using var after = await ConnectAsync(server.Settings);
        await using var reader = await after.CreateChannelAsync(cancellationToken: ct);
        var message = await reader.BasicGetAsync("kept", autoAck: true, ct);
        Assert.Equal("here"u8.ToArray(), message?.Body.ToArray());
    }

    private static async Task RefusedAsync(ServerSettings settings)
    {
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(settings));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
    }

    private static async Task<bool> AcceptsAsync(ServerSettings settings, CancellationToken ct)
    {
        try
        {
            await using var connection = await ConnectAsync(settings);
            return true;
        }
        catch (BrokerUnreachableException e) when (e.InnerException is not AuthenticationFailureException)
        {
            ct.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static Task<IConnection> ConnectAsync(ServerSettings settings) => new ConnectionFactory
    {
        HostName = "127.0.0.1",
        Port = settings.Port,
        UserName = settings.UserName,
        Password = settings.Password,
        AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync(TestContext.Current.CancellationToken);
}
