using System.Globalization;
using System.Text;
using CsCheck;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Makes bytes of a request: head and body put together in ways right and wrong.</summary>
internal static class Framing
{
    /// <param name="target">Method and address.</param>
    /// <param name="headers">Header lines, each with its end.</param>
    /// <param name="body">The body, as it would be sent if all were well.</param>
    public delegate byte[] Frame(string target, string headers, byte[] body);

    private const string Host = "Host: localhost\r\n";

    private static readonly string[] ChunkSizes =
        ["80000000", "7fffffff", "100000000", "ffffffffffffffff", "fffffffffffffffffffff", "-1", "0x5", "zz", "", " 5", "5;a=b", "5;", "000000000000000005", "5 "];

    private static readonly string[] Single =
    [
        "Accept: */*", "Accept: ;;;", "Accept: text/html;q=9", "Accept: application/json, text/html", "Accept-Encoding: gzip, br, x", "Accept-Language: xx-YY;q=1.5,*", "Cookie: ;=;a;b==;\"",
        "Cookie: shop-auth-session=x; shop-auth-form=x; shop-web-session=CfDJ8; shop-web-form=x", "If-None-Match: *", "If-None-Match: \"é\"", "If-None-Match: \"", "If-None-Match: W/\"1\", , \"2\"",
        "If-Match: *", "If-Match: \"1-1\"", "If-Match: 1-1", "If-Match: \"99999999999-1\"", "If-Modified-Since: tomorrow", "If-Unmodified-Since: Thu, 99 Jan 2026 00:00:00 GMT", "Range: bytes=0-1",
        "Range: bytes=5-1", "Range: bytes=-0,1-", "Range: lines=1", "If-Range: x", "Last-Event-ID: 99999999999999999999", "Last-Event-ID: -1", "Idempotency-Key: k", "Idempotency-Key: ", "Idempotency-Key: 4242424242424242",
        "Authorization: Bearer", "Authorization: Bearer a.b.c", "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.", "Authorization: Basic ???", "Authorization: ", "Origin: null", "Origin: https://evil.test",
        "Expect: 100-continue", "Expect: tea", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA", "Connection: close", "Connection: keep-alive, x", "traceparent: 00-0-0-0", "traceparent: x",
        "tracestate: ,,=", "baggage: a=b;c,%", "X-Forwarded-For: evil, 1.1.1.1:99999", "X-Forwarded-Proto: gopher", "Forwarded: for=_x", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip", "Content-Length: 5",
        "Content-Type: application/json", "Host: evil.test", "Stripe-Signature: t=1,v1=x", "Referer: \u007f", "User-Agent: ", "blazor-enhanced-nav: on", "TE: trailers", "Prefer: x", "Sec-Fetch-Site: cross-site",
        "X: " + new string('x', 9000), "X: " + new string('x', 20_000), "X\u00e9: y", "X:", ": y", " folded: y",
    ];

    /// <summary>No header more, or a few, each now and then twice.</summary>
    public static Gen<string> Headers { get; } = Gen.Select(Gen.OneOf<string>(Single), Gen.Int[1, 10]).Array[0, 3]
        .Select(lines => string.Concat(lines.SelectMany(line => Enumerable.Repeat(line.Item1 + "\r\n", line.Item2 > 8 ? 2 : 1))));

    /// <summary>Ways to put a request together, the right one among them.</summary>
    public static Gen<(Frame Frame, bool IsWhole)> Any => Gen.Frequency<(Frame, bool)>((8, Whole.Select(frame => (frame, true))), (9, Broken.Select(frame => (frame, false))));

    private static Gen<Frame> Whole { get; } = Gen.Frequency<Frame>(
        (4, Gen.Const<Frame>((target, headers, body) => Bytes(target, headers, body, $"Content-Length: {body.Length}\r\n"))),
        (3, Gen.Int[1, 100].Select<int, Frame>(size => (target, headers, body) => Bytes(target, headers, Chunked(body, size, "0\r\n\r\n"), "Transfer-Encoding: chunked\r\n"))));

    private static Gen<Frame> Broken { get; } = Gen.Frequency<Frame>(
        (1, Gen.Int[-5, 50].Select<int, Frame>(more => (target, headers, body) => Bytes(target, headers, body, $"Content-Length: {Math.Max(0, body.Length + more)}\r\n"))),
        (1, Gen.OneOf<string>("-1", "x", "99999999999999999999", "2000000000", "1, 1", "1, 2", "+1", "").Select<string, Frame>(
            length => (target, headers, body) => Bytes(target, headers, body, $"Content-Length: {length}\r\n"))),
        (4, Gen.OneOf<string>(ChunkSizes).Select<string, Frame>(size => (target, headers, body) =>
            Bytes(target, headers, [.. Encoding.Latin1.GetBytes($"{size}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8], "Transfer-Encoding: chunked\r\n"))),
        // The malformed one after a good one, when the reader is at work.
        (3, Gen.OneOf<string>(ChunkSizes).Select<string, Frame>(size => (target, headers, body) =>
            Bytes(target, headers, Chunked(body, 7, $"{size}\r\nxxxxx\r\n0\r\n\r\n"), "Transfer-Encoding: chunked\r\n"))),
        (1, Gen.OneOf<string>("", "0\r\n", "0\r\nX: y\r\n\r\n", "0\r\nX\r\n\r\n", "5", "5\r\nab").Select<string, Frame>(end => (target, headers, body) =>
            Bytes(target, headers, Chunked(body, 9, end), "Transfer-Encoding: chunked\r\n"))),
        (1, Gen.OneOf<string>("gzip", "chunked, chunked", "identity", "chunked, gzip", "gzip, chunked", "x").Select<string, Frame>(coding => (target, headers, body) =>
            Bytes(target, headers, Chunked(body, 9, "0\r\n\r\n"), $"Transfer-Encoding: {coding}\r\n"))),
        (1, Gen.Const<Frame>((target, headers, body) => Bytes(target, headers, Chunked(body, 9, "0\r\n\r\n"), "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"))),
        (1, Gen.OneOf<string>("HEAD", "OPTIONS", "TRACE", "PATCH", "get", "FOO", "CONNECT", "PUT", "DELETE", "POST", "GET").Select<string, Frame>(method => (target, headers, body) =>
            Bytes(method + target[target.IndexOf(' ', StringComparison.Ordinal)..], headers, body, $"Content-Length: {body.Length}\r\n"))),
        (1, Gen.OneOf<string>("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "").Select<string, Frame>(version => (target, headers, body) =>
            Bytes(target, headers, body, $"Content-Length: {body.Length}\r\n", version))));

    /// <summary>A content type: mostly the right one, with parameters of all kinds.</summary>
    public static Gen<string> Types(string? type) => Gen.Select(
        Gen.Frequency<string>((6, Gen.Const(type ?? "application/json")), (3, Gen.OneOf<string>(
            "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/mixed; boundary=", "application/json", "text/plain", "*/*", "application/*+json", "a", "/", ""))),
        Gen.Frequency<string>((2, Gen.Const("")), (3, Gen.OneOf<string>(
            "; charset=\"utf-8\"", ";charset='utf-8'", "; charset=\"UTF-8\"", "; charset=utf-16", "; charset=\"utf-16\"", "; charset=", "; charset=\"\"", "; charset=utf-8; charset=utf-16", ";charset=\"utf\\-8\"",
            ";;", "; boundary=", "; boundary=\"", "; boundary=\"" + new string('b', 300) + "\"", "; q=1", "; a", ", text/plain", "; charset=x-unknown", "; charset=utf-7", "; charset=\u00e9", "; version=\"1; 2\""))))
        .Select((name, parameters) => $"Content-Type: {name}{parameters}\r\n");

    private static byte[] Bytes(string target, string headers, byte[] body, string length, string version = "HTTP/1.1") =>
        [.. Encoding.Latin1.GetBytes($"{target} {version}\r\n{Host}{headers}{length}\r\n"), .. body];

    private static byte[] Chunked(byte[] body, int size, string end)
    {
        using var chunks = new MemoryStream();
        foreach (var chunk in body.Chunk(Math.Max(size, body.Length / 50)))
        {
            chunks.Write(Encoding.ASCII.GetBytes(chunk.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            chunks.Write(chunk);
            chunks.Write("\r\n"u8);
        }
        chunks.Write(Encoding.Latin1.GetBytes(end));
        return chunks.ToArray();
    }
}
