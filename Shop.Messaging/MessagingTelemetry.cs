using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using RabbitMQ.Client;

namespace Shop.Messaging;

/// <summary>Spans, counters and the trace context in messages' headers.</summary>
internal static class MessagingTelemetry
{
    public const string Name = "Shop.Messaging";

    private const string TraceParentHeader = "traceparent";
    private const string TraceStateHeader = "tracestate";

    public static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Published =
        Meter.CreateCounter<long>("shop.messaging.published", "{message}", "Events that the broker has confirmed.");

    public static readonly Counter<long> Refused =
        Meter.CreateCounter<long>("shop.messaging.refused", "{message}", "Events that the broker has returned or not confirmed.");

    public static readonly Counter<long> Handled =
        Meter.CreateCounter<long>("shop.messaging.handled", "{message}", "Messages handled, those handled before included.");

    public static readonly Counter<long> Retried =
        Meter.CreateCounter<long>("shop.messaging.retried", "{attempt}", "Tries at a message that failed and will be followed by another.");

    public static readonly Counter<long> DeadLettered =
        Meter.CreateCounter<long>("shop.messaging.dead_lettered", "{message}", "Messages that cannot be handled, as they are stored for staff to see.");

    /// <summary>The span of publishing an event, a child of what caused it; null when that was not recorded, or nobody listens.</summary>
    public static Activity? StartPublish(string type, Guid messageId, string? traceParent, string? traceState) =>
        Source.HasListeners() && ActivityContext.TryParse(traceParent, traceState, out var cause) && cause.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? Start($"publish {type}", ActivityKind.Producer, cause, type, messageId.ToString())
            : null;

    /// <summary>The span of handling a message, a child of its publishing; null when nobody listens.</summary>
    public static Activity? StartProcess(string queue, IReadOnlyBasicProperties properties)
    {
        ActivityContext.TryParse(Header(properties, TraceParentHeader), Header(properties, TraceStateHeader), isRemote: true, out var cause);
        return Start($"process {queue}", ActivityKind.Consumer, cause, queue, properties.MessageId);
    }

    /// <summary>The headers that carry a trace context: the span's, or when there is no span the one that was stored; null when neither is there.</summary>
    public static Dictionary<string, object?>? TraceHeaders(Activity? span, string? traceParent, string? traceState)
    {
        if (span is null && traceParent is null)
            return null;
        var headers = new Dictionary<string, object?>();
        if ((span?.Id ?? traceParent) is { } parent) headers[TraceParentHeader] = parent;
        if ((span?.TraceStateString ?? traceState) is { } state) headers[TraceStateHeader] = state;
        return headers;
    }

    private static Activity? Start(string name, ActivityKind kind, ActivityContext cause, string destination, string? messageId)
    {
        var activity = Source.StartActivity(name, kind, cause);
        return activity?
            .SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.destination.name", destination)
            .SetTag("messaging.message.id", messageId);
    }

    // The client gives strings back as bytes.
    private static string? Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value) && value is byte[] bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;
}
