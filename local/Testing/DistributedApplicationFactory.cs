using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an AppHost inside a test: its own Main, unchanged, with random ports and without the dashboard.</summary>
/// <param name="entryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</param>
/// <param name="args">The AppHost's command line.</param>
public class DistributedApplicationFactory(Type entryPoint, string[] args) : IDisposable, IAsyncDisposable
{
    // Between Main's first line and its call of Build no server is started, so that this only ends a Main that hangs.
    private static readonly TimeSpan TimeToDescribe = TimeSpan.FromMinutes(5);

    private readonly Type _entryPoint = entryPoint ?? throw new ArgumentNullException(nameof(entryPoint));
    private readonly string[] _args = Arguments.Checked(args);
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _described = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _lock = new();
    private TimeSpan _timeToStop = TimeSpan.FromSeconds(30);
    private IHostApplicationLifetime? _lifetime;
    private Task? _exited;
    private Task? _disposed;

    /// <summary>Runs the AppHost of that assembly without arguments.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</param>
    public DistributedApplicationFactory(Type entryPoint) : this(entryPoint, []) { }

    /// <summary>Returns when the AppHost has started its resources; those that wait for others included.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ObjectDisposedException">The factory was disposed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Run();
        await Until(_started.Task, cancellationToken);
    }

    /// <summary>A client whose base address is an endpoint of that resource.</summary>
    /// <param name="resourceName">The name in the AppHost.</param>
    /// <param name="endpointName">The endpoint; null for <c>http</c>, and <c>https</c> where there is none.</param>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public HttpClient CreateHttpClient(string resourceName, string? endpointName = default) =>
        Started.CreateHttpClient(resourceName, endpointName);

    /// <summary>The connection string of that resource; null when it has none yet.</summary>
    /// <param name="resourceName">The name in the AppHost.</param>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public ValueTask<string?> GetConnectionString(string resourceName) => Started.GetConnectionStringAsync(resourceName);

    /// <summary>The address of an endpoint of that resource.</summary>
    /// <param name="resourceName">The name in the AppHost.</param>
    /// <param name="endpointName">The endpoint; null for <c>http</c>, and <c>https</c> where there is none.</param>
    /// <exception cref="InvalidOperationException">The application has not been started.</exception>
    public Uri GetEndpoint(string resourceName, string? endpointName = default) => Started.GetEndpoint(resourceName, endpointName);

    /// <summary>Called before the AppHost's builder is made, with what it is going to be made from.</summary>
    protected virtual void OnBuilderCreating(DistributedApplicationOptions applicationOptions, HostApplicationBuilderSettings hostOptions) { }

    /// <summary>Called when the AppHost's builder was made and is still empty.</summary>
    protected virtual void OnBuilderCreated(DistributedApplicationBuilder applicationBuilder) { }

    /// <summary>Called when the AppHost has described all its resources and is about to build.</summary>
    protected virtual void OnBuilding(DistributedApplicationBuilder applicationBuilder) { }

    /// <summary>Called when the application was built, while the AppHost goes on to run it.</summary>
    protected virtual void OnBuilt(DistributedApplication application) { }

    internal async Task<DistributedApplicationBuilder> DescribedAsync(CancellationToken cancellationToken)
    {
        Run();
        return await Until(_described.Task.WaitAsync(Debugger.IsAttached ? Timeout.InfiniteTimeSpan : TimeToDescribe, CancellationToken.None), cancellationToken);
    }

    internal Task<DistributedApplication> BuiltAsync(CancellationToken cancellationToken) => Until(_built.Task, cancellationToken);

    private DistributedApplication Started
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            return _started.Task.IsCompletedSuccessfully
                ? _built.Task.GetAwaiter().GetResult()
                : throw new InvalidOperationException("The application has not been started.");
        }
    }

    private void Run()
    {
        ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
        lock (_lock)
            _exited ??= WatchAsync(AppHostEntryPoint.Run(_entryPoint.Assembly, _args, new BuilderEvents
            {
                Constructing = (options, settings) =>
                    AppHostConfiguration.Apply(_entryPoint.Assembly, _args, options, settings, OnBuilderCreating),
                Constructed = builder =>
                {
                    builder.Services.AddHttpClient();
                    OnBuilderCreated(builder);
                },
                Building = builder =>
                {
                    ObservedHost.Intercept(builder.Services, _started, _disposing.Token);
                    _described.TrySetResult(builder);
                    OnBuilding(builder);
                },
                Built = application =>
                {
                    _lifetime = application.Services.GetRequiredService<IHostApplicationLifetime>();
                    _timeToStop = application.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
                    _built.TrySetResult(application);
                    OnBuilt(application);
                },
            }));
    }

    // Whoever waits for a later stage learns why Main ended before it.
    private async Task WatchAsync(Task exited)
    {
        Exception fault;
        try
        {
            await exited;
            fault = new InvalidOperationException($"The AppHost {_entryPoint.Assembly.GetName().Name} ended before its application was built and started.");
        }
        catch (Exception thrown)
        {
            fault = thrown;
        }
        _described.TrySetException(fault);
        _built.TrySetException(fault);
        _started.TrySetException(fault);
    }

    private async Task<T> Until<T>(Task<T> stage, CancellationToken cancellationToken)
    {
        await Until((Task)stage, cancellationToken);
        return await stage;
    }

    private async Task Until(Task stage, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await stage.WaitAsync(either.Token);
    }

    /// <summary>Stops what the AppHost started and waits for its Main to return.</summary>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what the AppHost started and waits for its Main to return.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        Task disposed;
        lock (_lock)
            disposed = _disposed ??= StopAsync();
        await disposed;
        GC.SuppressFinalize(this);
    }

    private async Task StopAsync()
    {
        // Calls off a start that is under way, and with it Main.
        await _disposing.CancelAsync();
        if (_exited is null)
            return;

        _lifetime?.StopApplication();
        try
        {
            await _exited.WaitAsync(_timeToStop);
        }
        catch (TimeoutException) when (_built.Task.IsCompletedSuccessfully)
        {
            // A Main that does not wait for the shutdown leaves it to us.
            await (await _built.Task).StopAsync();
        }
        if (_built.Task.IsCompletedSuccessfully)
            await (await _built.Task).DisposeAsync();
    }
}
