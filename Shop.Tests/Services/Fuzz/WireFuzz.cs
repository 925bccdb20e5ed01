using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;

namespace Shop.Tests.Services.Fuzz;

/// <summary>
/// Sends what no client library would: requests as bytes on a socket, with the method, the headers, the content type and the framing of the body varied and
/// repeated. Whatever they are, the answer is no 5xx; what is not even HTTP may find the connection closed.
/// </summary>
internal static partial class WireFuzz
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long a server waits for the rest of a request that is not whole.</summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(0.3);

    // The answer to a version of HTTP that there is not.
    private const int VersionNotSupported = 505;

    // They mostly wait.
    private const int AtOnce = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs it.</summary>
    /// <param name="address">Where the service listens.</param>
    /// <param name="operations">What can be asked.</param>
    /// <param name="tokens">Access tokens to use, beside none.</param>
    /// <param name="ids">Ids to ask for.</param>
    /// <param name="inputs">How many requests for each operation.</param>
    public static async Task RunAsync(Uri address, IReadOnlyList<Operation> operations, string[] tokens, Guid[] ids, int inputs = 50)
    {
        Assert.NotEmpty(operations);
        var known = Gen.OneOf<string>([.. ids.Select(id => id.ToString())]);
        var authorization = Gen.OneOf<string>(["", .. tokens.Select(token => $"Authorization: Bearer {token}\r\n")]);
        foreach (var operation in operations)
        {
            var values = Hostile.Value(known, default).Array[operation.Parameters.Count];
            var request = Gen.Select(values, Hostile.Body(operation, known), Framing.Types(operation.ContentType), authorization, Framing.Headers, Framing.Any)
                .Select((given, body, type, token, headers, framing) => (Bytes: framing.Frame(Target(operation, given), type + token + headers, Encoding.UTF8.GetBytes(body)), framing.IsWhole));
            await request.SampleAsync(
                async sent => Assert.True(await AnswerAsync(address, sent.Bytes, sent.IsWhole) is < 500 or VersionNotSupported, $"{operation}: a fault of the service"),
                iter: inputs, threads: AtOnce, print: sent => Print(sent.Bytes));
        }
    }

    /// <summary>The status of the answer; 0 when the connection was closed without one.</summary>
    /// <param name="address">Where to send it.</param>
    /// <param name="request">The request.</param>
    /// <param name="isWhole">Whether a server can tell where it ends; else it is told that there is no more.</param>
    public static async Task<int> AnswerAsync(Uri address, byte[] request, bool isWhole = true)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, patience.Token);
        try
        {
            // The server may have had enough before all is sent.
            await socket.SendAsync(request, patience.Token);
        }
        catch (SocketException)
        {
        }
        var (answer, buffer) = (new StringBuilder(), new byte[16 * 1024]);
        try
        {
            for (int read; (read = await ReceiveAsync(socket, buffer, isWhole ? Patience : Impatience, patience.Token)) > 0;)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (Status().Match(answer.ToString()) is { Success: true } status)
                    return int.Parse(status.Groups["status"].ValueSpan, CultureInfo.InvariantCulture);
            }
        }
        catch (SocketException)
        {
        }
        return 0;
    }

    /// <summary>A server that waits for more of the request is told that there is none, since it answers nobody who has gone.</summary>
    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        impatience.CancelAfter(wait);
        try
        {
            return await socket.ReceiveAsync(buffer, impatience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Shutdown(SocketShutdown.Send);
            return await socket.ReceiveAsync(buffer, cancellationToken);
        }
    }

    private static string Target(Operation operation, string[] values)
    {
        var (path, query) = (operation.Path, new List<string>());
        foreach (var (parameter, value) in operation.Parameters.Zip(values))
        {
            var escaped = Uri.EscapeDataString(value.Length > 2000 ? value[..2000] : value);
            if (parameter.In is "path")
                path = path.Replace($"{{{parameter.Name}}}", escaped.Length == 0 ? "x" : escaped, StringComparison.Ordinal);
            else if (parameter.In is "query")
                query.AddRange(Enumerable.Repeat($"{parameter.Name}={escaped}", value.Length % 5 == 0 ? 2 : 1));
        }
        return $"{operation.Method} {path}{(query.Count > 0 ? "?" + string.Join('&', query) : "")}";
    }

    private static string Print(byte[] request) => Encoding.Latin1.GetString(request, 0, Math.Min(request.Length, 3000));

    // What comes before the answer proper begins with 1.
    [GeneratedRegex(@"HTTP/1\.1 (?<status>[2-9]\d\d)")]
    private static partial Regex Status();
}
