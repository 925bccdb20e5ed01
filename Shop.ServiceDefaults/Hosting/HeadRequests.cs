using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>
/// HEAD is answered wherever GET is, by the same code: routing, endpoints and whatever answers without being an endpoint see a GET, and what they write
/// goes nowhere.
/// </summary>
internal static class HeadRequests
{
    /// <summary>Comes before routing.</summary>
    public static void UseHeadAsGet(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }
        context.Request.Method = HttpMethods.Get;
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        context.RequestAborted = answered.Token;
        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new NoBody(context.Response, answer, answered), answer));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(answer);
        }
    });

    /// <summary>Sends the head of the answer at the first write, and drops what is written.</summary>
    private sealed class NoBody(HttpResponse response, IHttpResponseBodyFeature answer, CancellationTokenSource answered) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await answer.StartAsync(CancellationToken.None);
            // A stream would go on for minutes, and nobody reads it.
            if (response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) is true)
                await answered.CancelAsync();
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
