using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Messaging.Consuming;

/// <summary>Health check: degraded while messages are retried because something that they need is unavailable.</summary>
internal sealed class StuckMessages : IHealthCheck
{
    private readonly ConcurrentDictionary<string, int> _byQueue = new();

    public void Add(string queue) => _byQueue.AddOrUpdate(queue, 1, (_, count) => count + 1);

    public void Remove(string queue) => _byQueue.AddOrUpdate(queue, 0, (_, count) => count - 1);

    public int Count(string queue) => _byQueue.GetValueOrDefault(queue);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var stuck = _byQueue.Where(x => x.Value > 0).OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key} ({x.Value})").ToList();
        return Task.FromResult(stuck.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Messages are being retried: {string.Join(", ", stuck)}."));
    }
}
