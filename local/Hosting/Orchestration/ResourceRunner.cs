using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>One process of a resource: starts it, watches it, stops it.</summary>
internal sealed class ResourceRunner(
    IResource resource, ResourceInstanceId instance, EndpointAllocator endpoints, ProcessFactory processes, ResourceStates states) : IAsyncDisposable
{
    // A service drains within this; then it is killed. Servers come after it, and both together keep within 15 seconds.
    private static readonly TimeSpan ServiceGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ServerGrace = TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly LastWords _lastWords = new();
    private TaskCompletionSource? _start;
    private bool _stopWanted;
    private StartedProcess? _process;
    private Task _ended = Task.CompletedTask;

    public IResource Resource => resource;

    public string Id => instance.Value;

    /// <summary>Completes when nobody is starting the process.</summary>
    public Task StartEnded
    {
        get
        {
            lock (_lock)
                return _start?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>Takes the right to start the process; false when it runs or somebody else starts it.</summary>
    public bool TryBeginStart()
    {
        lock (_lock)
        {
            if (_start is not null || _process is not null)
                return false;
            _stopWanted = false;
            _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    public void EndStart()
    {
        lock (_lock)
        {
            _start?.SetResult();
            _start = null;
        }
    }

    /// <summary>Starts the process. One that cannot be started is reported, not thrown.</summary>
    public async Task LaunchAsync(CancellationToken cancellationToken)
    {
        _lastWords.Clear();
        var log = states.Logs.Find(Id);
        StartedProcess process;
        try
        {
            process = await processes.StartAsync(resource, instance, Write, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // whatever keeps a process from starting is its failure, and is reported as such
        catch (Exception e)
#pragma warning restore CA1031
        {
            await states.FailedToStartAsync(resource, Id, e);
            return;
        }

        await states.RunningAsync(resource, Id, process);
        endpoints.SetLive(resource, instance, true);
        lock (_lock)
        {
            _process = process;
            _ended = WatchAsync(process);
        }

        void Write(string line, bool isError)
        {
            log.Add(line, isError);
            _lastWords.Hear(line, isError);
        }
    }

    /// <summary>Asks the process to stop, kills it when it takes too long, and returns when its end has been published.</summary>
    public async Task StopAsync()
    {
        StartedProcess? process;
        lock (_lock)
        {
            process = _process;
            _stopWanted = true;
        }

        if (process is null)
            return;

        await states.StoppingAsync(resource, Id);
        endpoints.SetLive(resource, instance, false);
        await process.Process.StopAsync(resource is ContainerResource ? ServerGrace : ServiceGrace);
        await _ended;
    }

    public async ValueTask DisposeAsync()
    {
        StartedProcess? process;
        lock (_lock)
        {
            process = _process;
            _stopWanted = true;
        }

        if (process is not null)
            await process.Process.DisposeAsync();
        await _ended;
    }

    private async Task WatchAsync(StartedProcess process)
    {
        // Not under the caller's lock, even when the process is gone already.
        await Task.Yield();
        var exitCode = await process.Process.Completion;
        endpoints.SetLive(resource, instance, false);

        bool wanted;
        lock (_lock)
        {
            _process = null;
            wanted = _stopWanted;
        }

        if (!wanted && exitCode != 0)
            states.Console.LogError("{ResourceName} ended with exit code {ExitCode}{Reason}", Id, exitCode, _lastWords.Reason);
        await states.EndedAsync(resource, Id, exitCode);
        await process.Process.DisposeAsync();
    }
}

/// <summary>Remembers what a process said last, to say why it ended.</summary>
internal sealed class LastWords
{
    private readonly Lock _lock = new();
    private string? _exception;
    private string? _error;

    /// <summary>The likely reason, as the rest of a sentence; empty when the process said nothing.</summary>
    public string Reason
    {
        get
        {
            lock (_lock)
                return (_exception ?? _error) is { } words ? $": {words.Trim()}" : "";
        }
    }

    public void Clear()
    {
        lock (_lock)
            (_exception, _error) = (null, null);
    }

    public void Hear(string line, bool isError)
    {
        if (!isError || string.IsNullOrWhiteSpace(line))
            return;
        lock (_lock)
        {
            // .NET names the exception in the first line of many.
            if (line.StartsWith("Unhandled exception", StringComparison.OrdinalIgnoreCase))
                _exception = line;
            _error = line;
        }
    }
}
