using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

[assembly: AssemblyFixture(typeof(Shop.Tests.Services.TestServers))]

namespace Shop.Tests.Services;

/// <summary>The servers that AppHost.cs declares, without the services: started when the first test needs them, gone with the last one.</summary>
public sealed class TestServers : IAsyncDisposable
{
    private static readonly Lazy<Task<DistributedApplication>> Started = new(() => Task.Run(StartAsync));

    /// <summary>The connection string of a PostgreSQL where tests may create databases.</summary>
    public static async Task<string> PostgresAsync() => await ConnectionStringAsync("postgres");

    /// <summary>The amqp URI of a RabbitMQ that tests may use.</summary>
    public static async Task<string> RabbitMqAsync() => await ConnectionStringAsync("messaging");

    public async ValueTask DisposeAsync()
    {
        if (Started.IsValueCreated)
            await (await Started.Value).DisposeAsync();
    }

    private static async Task<string> ConnectionStringAsync(string server)
    {
        var app = await Started.Value;
        await app.ResourceNotifications.WaitForResourceHealthyAsync(server, TestContext.Current.CancellationToken);
        return (await app.GetConnectionStringAsync(server, TestContext.Current.CancellationToken))!;
    }

    private static async Task<DistributedApplication> StartAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(CancellationToken.None);
        foreach (var service in builder.Resources.Where(resource => resource is ProjectResource or PostgresDatabaseResource).ToList())
            builder.Resources.Remove(service);

        builder.Services.KeepQuiet();
        var app = await builder.BuildAsync(CancellationToken.None);
        await app.StartAsync(CancellationToken.None);
        return app;
    }
}
