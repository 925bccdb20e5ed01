using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The lines of one process.</summary>
internal sealed class ResourceLog
{
    // As many as Aspire keeps.
    private const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private readonly List<ChannelWriter<LogLine>> _watchers = [];
    private int _lastNumber;

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public void Add(string content, bool isError)
    {
        lock (_lock)
        {
            var line = new LogLine(++_lastNumber, content, isError);
            if (_lines.Count == Capacity)
                _lines.Dequeue();
            _lines.Enqueue(line);
            foreach (var watcher in _watchers)
                watcher.TryWrite(line);
        }
    }

    public void Clear()
    {
        lock (_lock)
            _lines.Clear();
    }

    public void Complete()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
                watcher.TryComplete();
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<LogLine>(new() { SingleReader = true });
        lock (_lock)
        {
            foreach (var line in _lines)
                channel.Writer.TryWrite(line);
            _watchers.Add(channel.Writer);
        }

        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                var lines = new List<LogLine>();
                while (channel.Reader.TryRead(out var line))
                    lines.Add(line);
                yield return lines;
            }
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(channel.Writer);
        }
    }
}

/// <summary>Writes what is said about a resource between the lines that it prints itself.</summary>
internal sealed class ResourceLogger(IReadOnlyList<ResourceLog> logs) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var content = $"{time} {formatter(state, exception)}{(exception is null ? "" : $"{Environment.NewLine}{exception}")}";
        foreach (var log in logs)
            log.Add(content, logLevel >= LogLevel.Error);
    }
}
