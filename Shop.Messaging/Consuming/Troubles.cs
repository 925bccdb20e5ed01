using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Messaging.Consuming;

/// <summary>Knows which queues have messages that wait for something that is away, and lets the health check say so.</summary>
internal sealed class Troubles : IHealthCheck
{
    private readonly ConcurrentDictionary<string, int> _messages = new();

    public void Change(string queue, int by) => _messages.AddOrUpdate(queue, by, (_, count) => count + by);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var waiting = _messages.Where(x => x.Value > 0).OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key} ({x.Value})").ToList();
        return Task.FromResult(waiting.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Messages are tried again and again: {string.Join(", ", waiting)}."));
    }
}

/// <summary>The trouble that one message may have.</summary>
internal sealed class Trouble(Troubles all, string queue) : IDisposable
{
    private bool _begun;

    /// <summary>It has trouble, until disposed.</summary>
    public void Begin()
    {
        if (_begun) return;
        _begun = true;
        all.Change(queue, 1);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_begun) all.Change(queue, -1);
    }
}
