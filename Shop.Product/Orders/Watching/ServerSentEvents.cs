using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shop.Product.Orders.Watching;

/// <summary>
/// Server-sent events with comments between them, which clients ignore and which keep the connection open. The framework's own result cannot write comments.
/// </summary>
/// <typeparam name="T">What an event tells, as JSON.</typeparam>
/// <param name="items">The events as they come; null for a comment.</param>
/// <param name="json">How an event is written.</param>
public sealed class ServerSentEvents<T>(IAsyncEnumerable<SseItem<T>?> items, JsonTypeInfo<T> json) : IResult
{
    private static readonly byte[] Comment = ": nothing new\n\n"u8.ToArray();

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancel) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.Pragma = "no-cache";
        response.Headers.ContentEncoding = "identity";
        await response.StartAsync(cancel);
        await response.Body.FlushAsync(cancel);
        await foreach (var item in items.WithCancellation(cancel))
        {
            await response.Body.WriteAsync(item is { } one ? Event(one) : Comment, cancel);
            await response.Body.FlushAsync(cancel);
        }
    }

    // JSON as it is written here has no line breaks, which would end the line of the data.
    private byte[] Event(SseItem<T> item) => [.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(item.Data, json), .. "\nid: "u8, .. System.Text.Encoding.ASCII.GetBytes(item.EventId ?? ""), .. "\n\n"u8];
}
