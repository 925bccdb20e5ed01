using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>Makes the states and the output of a process those of the server that it runs, and of the server's databases.</summary>
/// <param name="process">The process.</param>
/// <param name="targets">The server first, then its databases.</param>
/// <param name="port">Where the server listens when it has booted.</param>
/// <param name="services">The application's.</param>
internal sealed class ServerMirror(IResource process, IReadOnlyList<IResource> targets, int port, IServiceProvider services)
{
    // The exit of a process can be known before its last words are.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ILogger _console = ServersSetting.Logger(services);
    private string? _lastLine;

    public async Task RunAsync(CancellationToken stopped)
    {
        try
        {
            await Task.WhenAll(MirrorStatesAsync(stopped), MirrorOutputAsync(stopped));
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The application has stopped.
            return;
        }
        catch (Exception e)
        {
            _console.LogError(e, "The states of {Server} are not followed any more", targets[0].Name);
        }
    }

    private async Task MirrorStatesAsync(CancellationToken stopped)
    {
        string? before = null;
        using var booting = new Booting();
        await foreach (var change in _notifications.WatchAsync(stopped))
        {
            var state = change.Snapshot.State?.Text;
            if (change.Resource != process || state is null || state == before)
                continue;

            before = state;
            booting.Cancel();
            if (state == KnownResourceStates.Running)
            {
                // A process that runs is not yet a server that answers. Running means the latter, so that the first health check succeeds:
                // after one that fails Aspire waits for up to 5 s.
                await PublishAsync(change.Snapshot with { State = KnownResourceStates.Starting });
                booting.Begin(cancellationToken => AnnounceRunningAsync(change.Snapshot, cancellationToken), stopped);
                continue;
            }

            await PublishAsync(change.Snapshot);
            // Higher codes are signals: whoever sent one knows why.
            if (change.Snapshot.ExitCode is > 0 and < 128 and var code && KnownResourceStates.TerminalStates.Contains(state))
            {
                _ = ReportEndAsync(code);
            }
        }
    }

    private async Task ReportEndAsync(int code)
    {
        await Task.Delay(LastWords);
        _console.LogError("{Server} ended (exit code {Code}): {LastLine}", targets[0].Name, code, _lastLine);
    }

    private async Task AnnounceRunningAsync(CustomResourceSnapshot snapshot, CancellationToken cancellationToken)
    {
        await LoopbackPort.WhenListeningAsync(port, cancellationToken);
        await PublishAsync(snapshot);
    }

    private async Task PublishAsync(CustomResourceSnapshot snapshot)
    {
        foreach (var target in targets)
        {
            await _notifications.PublishUpdateAsync(target, previous => previous with
            {
                State = snapshot.State,
                ExitCode = snapshot.ExitCode,
                StartTimeStamp = snapshot.StartTimeStamp,
                StopTimeStamp = snapshot.StopTimeStamp,
                Properties = target == targets[0]
                    ? [.. previous.Properties.Where(property => property.Name != ProcessId), .. snapshot.Properties.Where(property => property.Name == ProcessId)]
                    : previous.Properties,
            });
        }
    }

    private const string ProcessId = "executable.pid";

    private async Task MirrorOutputAsync(CancellationToken stopped)
    {
        var loggers = services.GetRequiredService<ResourceLoggerService>();
        var output = loggers.GetLogger(targets[0]);
        await foreach (var batch in loggers.WatchAsync(process).WithCancellation(stopped))
        {
            foreach (var line in batch)
            {
                // Each begins with the time at which it came, and so will the copy.
                var text = line.Content.Split(' ', 2) is [var time, var rest] && DateTime.TryParse(time, out _) ? rest : line.Content;
                // The orchestrator adds lines of its own.
                if (text.Trim().Length > 0 && !text.StartsWith("[sys]", StringComparison.Ordinal))
                    _lastLine = text;
                output.Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, 0, text, null, static (message, _) => message);
            }
        }
    }

    /// <summary>The wait for a server that boots, which ends early when the process does.</summary>
    private sealed class Booting : IDisposable
    {
        private CancellationTokenSource? _source;

        public void Begin(Func<CancellationToken, Task> wait, CancellationToken stopped)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(stopped);
            var cancellationToken = _source.Token;
            _ = Task.Run(async () => await wait(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing), cancellationToken);
        }

        public void Cancel()
        {
            _source?.Cancel();
            Dispose();
        }

        public void Dispose()
        {
            _source?.Dispose();
            _source = null;
        }
    }
}
