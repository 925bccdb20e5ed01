using System.Net;
using System.Net.Http.Headers;

namespace Shop.Bench;

/// <summary>
/// Sends requests with as little work as can be, since it takes from the processors that the store runs on: a handler and nothing around
/// it, connections that stay, bodies made beforehand, no reading of answers where the status says enough.
/// </summary>
internal sealed class LeanClient(Uri address, int connections, string? token) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    private readonly string? _authorization = token is null ? null : $"Bearer {token}";

    /// <summary>Posts an order and returns the answer's status and where the order is.</summary>
    public async Task<(HttpStatusCode Status, Uri? Location)> OrderAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, "/orders");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        using var answer = await _http.SendAsync(request, cancellationToken);
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
        return (answer.StatusCode, answer.Headers.Location);
    }

    /// <summary>Gets what has to be there.</summary>
    public async Task GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(path, cancellationToken);
        Expect(HttpStatusCode.OK, answer.StatusCode, path);
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
    }

    /// <summary>Gets the bytes of what has to be there.</summary>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(path, cancellationToken);
        Expect(HttpStatusCode.OK, answer.StatusCode, path);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Sends a GET and returns as soon as status and headers are there. The caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        return await _http.SendAsync(request, cancellationToken);
    }

    /// <exception cref="InvalidOperationException">Another status than expected.</exception>
    public static void Expect(HttpStatusCode expected, HttpStatusCode actual, string what)
    {
        if (actual != expected)
            throw new InvalidOperationException($"{what}: {(int)actual} instead of {(int)expected}.");
    }

    public void Dispose() => _http.Dispose();

    private static MediaTypeHeaderValue Json { get; } = new("application/json");

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(address, path));
        if (_authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        return request;
    }
}
