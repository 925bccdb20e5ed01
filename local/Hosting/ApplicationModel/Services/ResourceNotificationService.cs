using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Keeps the state of every resource and tells of each change.</summary>
public partial class ResourceNotificationService : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = [];
    private readonly List<ChannelWriter<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposing = new();
    private readonly ILogger<ResourceNotificationService> _logger;
    private readonly IServiceProvider _services;
    private readonly ResourceLoggerService _logs;
    private readonly WaitBehavior _defaultWaitBehavior;

    /// <summary>Made by the application.</summary>
    public ResourceNotificationService(
        ILogger<ResourceNotificationService> logger, IHostApplicationLifetime hostApplicationLifetime,
        IServiceProvider serviceProvider, ResourceLoggerService resourceLoggerService)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(resourceLoggerService);
        _ = hostApplicationLifetime;
        _logger = logger;
        _services = serviceProvider;
        _logs = resourceLoggerService;
        _defaultWaitBehavior = serviceProvider.GetService<IOptions<ResourceNotificationServiceOptions>>()?.Value.DefaultWaitBehavior
            ?? WaitBehavior.StopOnResourceUnavailable;
    }

    /// <summary>The state of every resource now, then each change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new() { SingleReader = true });
        lock (_lock)
        {
            foreach (var current in _current.Values)
                channel.Writer.TryWrite(current);
            _watchers.Add(channel.Writer);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(channel.Writer);
        }
    }

    /// <summary>The state of a process by its id, or of a resource by its name if it has only one process. False when there is none.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            if (_current.TryGetValue(resourceId, out resourceEvent))
                return true;

            var ofThatName = _current.Values.Where(e => IsNamed(e, resourceId)).Take(2).ToArray();
            resourceEvent = ofThatName.Length == 1 ? ofThatName[0] : null;
            return resourceEvent is not null;
        }
    }

    /// <summary>Changes the state of all processes of a resource.</summary>
    public async Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var id in resource.GetIds())
            await PublishUpdateAsync(resource, id, stateFactory);
    }

    /// <summary>Changes the state of one process of a resource.</summary>
    /// <exception cref="InvalidOperationException">The id is another resource's.</exception>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        string? before, after;
        lock (_lock)
        {
            _current.TryGetValue(resourceId, out var previous);
            if (previous is not null && previous.Resource != resource)
            {
                throw new InvalidOperationException(
                    $"Resource instance doesn't match resource previously registered with specified resource id '{resourceId}'.");
            }

            var snapshot = previous?.Snapshot ?? InitialSnapshot(resource);
            before = snapshot.State?.Text;
            snapshot = stateFactory(snapshot) with { Version = snapshot.Version + 1 };
            snapshot = WithIcon(resource, WithCommands(resource, snapshot));
            after = snapshot.State?.Text;

            var change = new ResourceEvent(resource, resourceId, snapshot);
            _current[resourceId] = change;
            foreach (var watcher in _watchers)
                watcher.TryWrite(change);
        }

        if (before != after && _logger.IsEnabled(LogLevel.Debug))
            _logger.LogDebug("Resource {ResourceName}/{ResourceId} changed state: {PreviousState} -> {NewState}", resource.Name, resourceId, before, after);

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposing.Cancel();
        GC.SuppressFinalize(this);
    }

    private static bool IsNamed(ResourceEvent change, string name) =>
        string.Equals(change.Resource.Name, name, StringComparison.OrdinalIgnoreCase);

    private static CustomResourceSnapshot InitialSnapshot(IResource resource) =>
        resource.TryGetLastAnnotation<ResourceSnapshotAnnotation>(out var initial)
            ? initial.InitialSnapshot
            : new CustomResourceSnapshot { ResourceType = resource.GetType().Name, Properties = [] };

    private CustomResourceSnapshot WithCommands(IResource resource, CustomResourceSnapshot snapshot)
    {
        var annotations = resource.Annotations.OfType<ResourceCommandAnnotation>().ToArray();
        if (annotations.Length == 0)
            return snapshot;

        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = _services };
        return snapshot with
        {
            Commands = [.. annotations.Select(a => new ResourceCommandSnapshot(
                a.Name, a.UpdateState(context), a.DisplayName, a.DisplayDescription, a.Parameter,
                a.ConfirmationMessage, a.IconName, a.IconVariant, a.IsHighlighted))],
        };
    }

    private static CustomResourceSnapshot WithIcon(IResource resource, CustomResourceSnapshot snapshot) =>
        resource.TryGetLastAnnotation<ResourceIconAnnotation>(out var icon)
            ? snapshot with { IconName = snapshot.IconName ?? icon.IconName, IconVariant = snapshot.IconVariant ?? icon.IconVariant }
            : snapshot;
}

/// <summary>The state of one process of a resource at one moment.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The id of the process: the resource's name, a hyphen and eight letters; the name alone if the resource has no process.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>The state.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>How <see cref="ResourceNotificationService"/> works.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>What one who waits does when the other fails, unless said otherwise.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}
