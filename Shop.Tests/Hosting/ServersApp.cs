using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Hosting;

namespace Shop.Tests.Hosting;

/// <summary>Somebody else's AppHost, with servers of its own.</summary>
internal sealed class ServersApp : IAsyncDisposable
{
    private readonly DistributedApplication _app;
    private readonly ConsoleLines _console;

    private ServersApp(DistributedApplication app, ConsoleLines console) => (_app, _console) = (app, console);

    /// <summary>What the application has said about its servers to whoever started it.</summary>
    public IReadOnlyCollection<string> Console => _console.Lines;

    private ResourceNotificationService Notifications => _app.Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>A builder without any resources.</summary>
    public static async Task<IDistributedApplicationTestingBuilder> NewBuilderAsync(params string[] arguments)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(arguments, TestContext.Current.CancellationToken);
        foreach (var resource in builder.Resources.ToList())
            builder.Resources.Remove(resource);
        return builder;
    }

    /// <summary>Starts what the builder describes. Returns before servers have booted.</summary>
    public static async Task<ServersApp> StartAsync(IDistributedApplicationTestingBuilder builder)
    {
        var console = new ConsoleLines();
        builder.Services.KeepQuiet();
        builder.Services.AddLogging(logging => logging.AddProvider(console).AddFilter<ConsoleLines>(null, LogLevel.Information));
        var app = new ServersApp(await builder.BuildAsync(TestContext.Current.CancellationToken), console);
        try
        {
            await app._app.StartAsync(TestContext.Current.CancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of a resource, once it is healthy.</summary>
    public async Task<string> ConnectionStringAsync(string resource)
    {
        await Notifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        return (await _app.GetConnectionStringAsync(resource, TestContext.Current.CancellationToken))!;
    }

    public Task StateAsync(string resource, string state) =>
        Notifications.WaitForResourceAsync(resource, state, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public async Task CommandAsync(string resource, string command)
    {
        var result = await _app.ResourceCommands.ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.Message);
    }

    /// <summary>The process that is the server.</summary>
    public int ProcessOf(string resource)
    {
        Assert.True(Notifications.TryGetCurrentState(resource, out var current));
        return ProcessTree.MainOf(current.Snapshot)!.Value;
    }

    /// <summary>The directory of the run, in which the server's own files are.</summary>
    public static string RunDirectoryOf(int process) => Path.GetDirectoryName(
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/environ")).Split('\0').Single(line => line.StartsWith("HOME=", StringComparison.Ordinal))[5..])!;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class ConsoleLines : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyCollection<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public ILogger CreateLogger(string categoryName) => categoryName == ServersSetting.LogCategory ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
