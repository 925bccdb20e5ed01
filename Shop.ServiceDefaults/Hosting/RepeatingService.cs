using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>A background service that repeats its work until the process stops. A failure is logged, and followed by another try after a backoff.</summary>
/// <param name="work">What it does, for the log: "Publishing events".</param>
/// <param name="logger">Where failures go.</param>
/// <param name="clock">Tells the time; null: the system's.</param>
/// <param name="firstPause">How long after the start it begins.</param>
public abstract class RepeatingService(string work, ILogger logger, TimeProvider? clock = null, TimeSpan firstPause = default) : BackgroundService
{
    // Work that went well for so long starts with the shortest backoff again.
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    /// <summary>Tells the time.</summary>
    protected TimeProvider Clock { get; } = clock ?? TimeProvider.System;

    /// <summary>Does the work once.</summary>
    /// <returns>The pause until it is done again.</returns>
    protected abstract Task<TimeSpan> RunAsync(CancellationToken stoppingToken);

    /// <inheritdoc />
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = firstPause;
        for (var failures = 0; ;)
        {
            await Task.Delay(pause, Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            var began = Stopwatch.GetTimestamp();
            try
            {
                pause = await RunAsync(stoppingToken);
                failures = 0;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                failures = Stopwatch.GetElapsedTime(began) > Stable ? 1 : failures + 1;
                pause = Backoff.After(failures);
                // An outage needs no stack trace.
                logger.LogWarning(UnavailableException.IsBehind(exception) ? null : exception, "{Work} failed and is tried again: {Reason}", work, exception.Message);
            }
            catch (Exception exception)
            {
                logger.LogDebug(exception, "{Work} was stopped", work);
                return;
            }
        }
    }
}
