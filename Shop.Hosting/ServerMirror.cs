using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>Copies the states of a process to the server that it runs and to the server's databases, and its output to the server's log.</summary>
/// <param name="process">The process.</param>
/// <param name="targets">The server first, then its databases.</param>
/// <param name="port">The server's port, which accepts connections once it has booted.</param>
/// <param name="services">The application's.</param>
internal sealed class ServerMirror(IResource process, IReadOnlyList<IResource> targets, int port, IServiceProvider services)
{
    private const string ProcessId = "executable.pid";

    // The orchestrator may report the exit before the last lines of the output.
    private static readonly TimeSpan OutputDelay = TimeSpan.FromMilliseconds(500);

    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ILogger _console = ServersSetting.Logger(services);
    private string? _lastLine;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(MirrorStatesAsync(cancellationToken), MirrorOutputAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application has stopped.
        }
        catch (Exception e)
        {
            _console.LogError(e, "The state of {Server} is no longer updated", targets[0].Name);
        }
    }

    private async Task MirrorStatesAsync(CancellationToken cancellationToken)
    {
        string? before = null;
        var booting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await foreach (var change in _notifications.WatchAsync(cancellationToken))
        {
            var state = change.Snapshot.State?.Text;
            if (change.Resource != process || state is null || state == before)
                continue;

            before = state;
            await booting.CancelAsync();
            booting.Dispose();
            booting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (state == KnownResourceStates.Running)
            {
                // A running process is not yet a server that answers. The server counts as running once it does, so that its first health check
                // succeeds: after a failed one Aspire waits up to 5 s.
                await PublishAsync(change.Snapshot with { State = KnownResourceStates.Starting });
                _ = AnnounceRunningAsync(change.Snapshot, booting.Token);
                continue;
            }

            await PublishAsync(change.Snapshot);
            // Codes from 128 on are signals: whoever sent one knows why.
            if (change.Snapshot.ExitCode is > 0 and < 128 and var code && KnownResourceStates.TerminalStates.Contains(state))
                _ = ReportEndAsync(code);
        }
    }

    private async Task ReportEndAsync(int code)
    {
        await Task.Delay(OutputDelay);
        _console.LogError("{Server} ended (exit code {Code}): {LastLine}", targets[0].Name, code, _lastLine);
    }

    private async Task AnnounceRunningAsync(CustomResourceSnapshot snapshot, CancellationToken cancellationToken)
    {
        await LoopbackPort.WhenListeningAsync(port, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
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

    private async Task MirrorOutputAsync(CancellationToken cancellationToken)
    {
        var loggers = services.GetRequiredService<ResourceLoggerService>();
        var output = loggers.GetLogger(targets[0]);
        await foreach (var batch in loggers.WatchAsync(process).WithCancellation(cancellationToken))
        {
            foreach (var line in batch)
            {
                // Each line begins with its time, which the copy gets anew.
                var text = line.Content.Split(' ', 2) is [var time, var rest] && DateTime.TryParse(time, out _) ? rest : line.Content;
                // The orchestrator adds lines of its own.
                if (text.Trim().Length > 0 && !text.StartsWith("[sys]", StringComparison.Ordinal))
                    _lastLine = text;
                output.Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, 0, text, null, static (message, _) => message);
            }
        }
    }
}
