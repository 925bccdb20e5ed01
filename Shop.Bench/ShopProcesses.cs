using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Shop.Hosting;

namespace Shop.Bench;

/// <summary>The processes of a running system: which they are, what they take.</summary>
internal sealed class ShopProcesses : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _latest = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _watching;

    public ShopProcesses(DistributedApplication app) => _watching = WatchAsync(app.ResourceNotifications);

    /// <summary>A meter of what each resource takes, and this process as <c>bench</c>.</summary>
    public CpuMeter Meter() => new(() =>
    {
        var seconds = Running().GroupBy(process => process.Resource, process => process.Pid)
            .ToDictionary(resource => resource.Key, resource => ProcessFacts.CpuWithChildren([.. resource]));
        seconds["bench"] = ProcessFacts.OwnCpu(Environment.ProcessId);
        return seconds;
    });

    /// <summary>The process ids of a resource: several where it has replicas.</summary>
    public int[] Of(string resource) => [.. Running().Where(process => process.Resource == resource).Select(process => process.Pid)];

    /// <summary>
    /// Whether a proxy stands between clients and the service: with one process it listens on the public port itself.
    /// </summary>
    public bool IsBehindProxy(string resource) => _latest.Values.Where(change => change.Resource.Name == resource).Any(change =>
        !change.Snapshot.EnvironmentVariables.Any(variable => variable.Name == "ASPNETCORE_URLS"
            && change.Snapshot.Urls.Any(url => new Uri(url.Url).Port == new Uri(variable.Value!.Split(';')[0]).Port)));

    /// <summary>Waits until the services are known.</summary>
    /// <exception cref="InvalidOperationException">One was built otherwise than this program.</exception>
    public async Task ExpectBuiltAsync(string[] services, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (services.Any(service => Of(service).Length == 0))
            await timer.WaitForNextTickAsync(cancellationToken);

        foreach (var (service, pid) in services.SelectMany(service => Of(service).Select(pid => (service, pid))))
        {
            var command = ProcessFacts.CommandLine(pid);
            if (command.Length > 0 && !command.Contains($"/{Report.BuiltAs}/", StringComparison.Ordinal))
                throw new InvalidOperationException($"{service} is not a {Report.BuiltAs} build: {command}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private IEnumerable<(string Resource, int Pid)> Running() =>
        from change in _latest.Values
        where change.Snapshot.State?.Text == KnownResourceStates.Running
        let process = ProcessTree.MainOf(change.Snapshot)
        where process is not null
        select (change.Resource.Name, process.Value);

    private async Task WatchAsync(ResourceNotificationService notifications)
    {
        await foreach (var change in notifications.WatchAsync(_over.Token))
            _latest[change.ResourceId] = change;
    }
}
