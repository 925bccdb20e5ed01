using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Keeps what every resource prints, and what is said about it.</summary>
public class ResourceLoggerService
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new();

    /// <summary>The log of all processes of a resource.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceLogger([.. resource.GetIds().Select(Find)]);
    }

    /// <summary>The log of one process, by its id.</summary>
    public ILogger GetLogger(string resourceName) => new ResourceLogger([Find(resourceName)]);

    /// <summary>All lines so far, and then each new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Find(resourceName).WatchAsync();

    /// <summary>All lines so far of all processes of a resource, and then each new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return TogetherAsync([.. resource.GetIds().Select(WatchAsync)]);
    }

    /// <summary>All lines so far.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => new[] { Find(resourceName).Lines }.ToAsyncEnumerable();

    /// <summary>All lines so far of all processes of a resource.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.GetIds().Select(id => Find(id).Lines).ToAsyncEnumerable();
    }

    /// <summary>Ends the log of all processes of a resource: those who watch it come to an end.</summary>
    public void Complete(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        foreach (var id in resource.GetIds())
            Complete(id);
    }

    /// <summary>Ends the log of one process, by its id: those who watch it come to an end.</summary>
    public void Complete(string name) => Find(name).Complete();

    /// <summary>Forgets the lines so far.</summary>
    public void ClearBacklog(string resourceName) => Find(resourceName).Clear();

    internal ResourceLog Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _logs.GetOrAdd(id, static _ => new ResourceLog());
    }

    private static async IAsyncEnumerable<IReadOnlyList<LogLine>> TogetherAsync(
        IAsyncEnumerable<IReadOnlyList<LogLine>>[] sources, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<IReadOnlyList<LogLine>>();
        var reading = Task.WhenAll(sources.Select(async source =>
        {
            await foreach (var lines in source.WithCancellation(cancellationToken))
                channel.Writer.TryWrite(lines);
        }));
        _ = reading.ContinueWith(done => channel.Writer.TryComplete(done.Exception), TaskScheduler.Default);

        await foreach (var lines in channel.Reader.ReadAllAsync(cancellationToken))
            yield return lines;
    }
}

/// <summary>A line of a log, numbered from 1.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
