using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.Hosting;

/// <summary>Brings what RabbitMQ.Client writes to its event source into the log, under the category <c>RabbitMQ.Client</c>.</summary>
internal sealed class EventSourceLogs(ILoggerFactory loggers) : IDisposable
{
    private readonly Lock _lock = new();
    private Listener? _listener;

    public void Start()
    {
        lock (_lock)
            _listener ??= new Listener(loggers.CreateLogger("RabbitMQ.Client"));
    }

    public void Dispose() => _listener?.Dispose();

    private sealed class Listener : EventListener
    {
        private readonly ILogger _logger;

        public Listener(ILogger logger)
        {
            _logger = logger;
            // The base constructor reports sources that exist already, at which time there is no logger yet.
            foreach (var source in EventSource.GetSources())
                Listen(source);
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            base.OnEventSourceCreated(eventSource);
            if (_logger is not null)
                Listen(eventSource);
        }

        private void Listen(EventSource source)
        {
            if (source.Name is "rabbitmq-client" or "rabbitmq-dotnet-client")
                EnableEvents(source, EventLevel.Verbose);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // -1 is the runtime's own report about the source, not a message of the client.
            if (eventData.EventId == -1)
                return;
            var level = eventData.Level switch
            {
                EventLevel.Critical => LogLevel.Critical,
                EventLevel.Error => LogLevel.Error,
                EventLevel.Warning => LogLevel.Warning,
                EventLevel.Verbose => LogLevel.Debug,
                _ => LogLevel.Information,
            };
            var details = eventData.Payload is [_, IDictionary<string, object?> exception] ? exception : null;
            _logger.Log(level, new EventId(eventData.EventId, eventData.EventName), "{Message}{Type}{Reason}",
                eventData.Payload?.FirstOrDefault(), Part(details, "Type"), Part(details, "Message"));
        }

        private static string Part(IDictionary<string, object?>? details, string key) =>
            details is not null && details.TryGetValue(key, out var value) && value is not null ? $": {value}" : "";
    }
}
