using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Messaging;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;

namespace Shop.Tests.Services.Messaging;

/// <summary>A service that does nothing but messaging: it consumes <c>product.payments</c> and keeps each order that was paid as a row of <c>effects</c>.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost _host;

    private TestService(IHost host) => _host = host;

    public NpgsqlDataSource Database => _host.Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Starts it; returns without waiting for the broker.</summary>
    public static async Task<TestService> StartAsync(
        TestDatabase database, Func<PaymentSucceeded, Delivery, CancellationToken, Task>? behave = null, Uri? broker = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["ConnectionStrings:messaging"] = broker?.ToString() ?? await TestServers.RabbitMqAsync();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddNpgsqlDataSource(database.ConnectionString);
        builder.Services.AddSingleton<OutboxSignal>();
        builder.Services.AddSingleton<Transactions>();
        builder.Services.AddSingleton(behave ?? ((_, _, _) => Task.CompletedTask));
        builder.AddMessaging("messaging", messaging => messaging.Consume("product.payments").Handle<PaymentSucceeded, Handler>());
        var service = new TestService(builder.Build());
        await service.CreateTablesAsync();
        await service._host.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Writes an event into the outbox, as a transaction of the service would.</summary>
    public async Task PublishAsync<T>(T message) where T : IContract
    {
        var work = _host.Services.GetRequiredService<Transactions>().Begin();
        work.Publish(message);
        await work.CommitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<long> CountAsync(string fromWhere) => Convert.ToInt64(
        await ScalarAsync($"SELECT count(*) FROM {fromWhere}"), CultureInfo.InvariantCulture);

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async Task<HealthStatus> HealthAsync() => (await HealthReportAsync()).Status;

    public Task<HealthReport> HealthReportAsync() =>
        _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private async Task CreateTablesAsync()
    {
        await using var tables = new Tables(new DbContextOptionsBuilder<Tables>().UseNpgsql(Database).UseSnakeCaseNamingConvention().Options);
        await tables.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await ScalarAsync("CREATE TABLE IF NOT EXISTS effects (order_id uuid)");
    }

    private sealed class Tables(DbContextOptions<Tables> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddMessaging();
    }

    private sealed class Handler(Func<PaymentSucceeded, Delivery, CancellationToken, Task> behave) : IHandle<PaymentSucceeded>
    {
        public async Task HandleAsync(PaymentSucceeded message, Delivery delivery, CancellationToken cancellationToken)
        {
            await behave(message, delivery, cancellationToken);
            delivery.Work.Execute("INSERT INTO effects (order_id) VALUES ($1)", message.OrderId);
        }
    }
}
