using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Hosting;
using Shop.Tests.Browser;

namespace Shop.Tests.Distributed;

/// <summary>The whole system, started once from AppHost.cs as it stands, for all tests of the collection, which run one after another.</summary>
public class ShopSystem : IAsyncLifetime
{
    public const string Collection = "the whole system";
    public const string AdminEmail = "admin@shop.test";
    public const string AdminPassword = "a password for the tests only";

    private DistributedApplication? _app;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The system has not been started.");

    public ResourceNotificationService Notifications => App.Services.GetRequiredService<ResourceNotificationService>();

    public virtual async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            [$"--Parameters:admin-password={AdminPassword}", "--Shoppers:PerMinute=600"], patience.Token);
        builder.Services.KeepQuiet();
        Change(builder);
        _app = await builder.BuildAsync(patience.Token);
        await _app.StartAsync(patience.Token);
        foreach (var service in (string[])["auth", "product", "payment", "web", "admin"])
            await Notifications.WaitForResourceHealthyAsync(service, patience.Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_app is not null)
            await _app.DisposeAsync();
    }

    /// <summary>Changes what AppHost.cs describes before it is built.</summary>
    protected virtual void Change(IDistributedApplicationTestingBuilder builder)
    {
    }

    /// <summary>Runs a resource command (resource-start, resource-stop) and asserts that it succeeded.</summary>
    public async Task CommandAsync(string resource, string command)
    {
        var result = await App.Services.GetRequiredService<ResourceCommandService>()
            .ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
    }

    /// <summary>
    /// Kills the process of a resource without warning, as a crash or the kernel's out-of-memory killer would; first waits for it when it is
    /// just being started again.
    /// </summary>
    public Task KillAsync(string resource) => Eventually.TrueAsync(() => Task.FromResult(TryKill(resource)), $"{resource} runs and is killed");

    private bool TryKill(string resource)
    {
        if (!Notifications.TryGetCurrentState(resource, out var current) || current.Snapshot.State?.Text != KnownResourceStates.Running)
            return false;

        ProcessTree.Send(ProcessTree.MainOf(current.Snapshot)!.Value, ProcessTree.Kill);
        return true;
    }

    /// <summary>One value from a service's database, read behind the services' backs.</summary>
    public async Task<T> QueryAsync<T>(string database, string sql, params object[] parameters)
    {
        var connectionString = await App.GetConnectionStringAsync(database, TestContext.Current.CancellationToken);
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });

        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}

[CollectionDefinition(ShopSystem.Collection)]
public sealed class ShopSystemTests : ICollectionFixture<ShopSystem>, ICollectionFixture<ShopBrowser>;
