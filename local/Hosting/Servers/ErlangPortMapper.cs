using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>
/// The directory (<c>epmd</c>) through which Erlang nodes find each other. A node that finds none starts one, which then outlives it
/// and serves every node on the machine; so each node here gets one of its own, on a port of its own, that ends with it.
/// </summary>
internal sealed class ErlangPortMapper : IAsyncDisposable
{
    private const int Tries = 3;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);

    private readonly ChildProcess _process;

    private ErlangPortMapper(ChildProcess process, int port) => (_process, Port) = (process, port);

    /// <summary>The port on loopback where it answers.</summary>
    public int Port { get; }

    /// <summary>Starts it on a free port and returns when it answers.</summary>
    /// <exception cref="ServerUnavailableException">It does not start.</exception>
    public static async Task<ErlangPortMapper> StartAsync(
        Func<int, ProcessSpec> spec, Action<string, bool> log, CancellationToken ct)
    {
        // A port that was free may be taken by the time it is used.
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var port = LoopbackPort.Free();
            var process = ChildProcess.Start(spec(port), log);
            try
            {
                if (await AnswersInTimeAsync(process, port, ct))
                    return new(process, port);
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
            await process.DisposeAsync();
        }
        throw new ServerUnavailableException("RabbitMQ cannot start because Erlang's port mapper 'epmd' does not: see the lines above.");
    }

    /// <summary>Ends it.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> AnswersInTimeAsync(ChildProcess process, int port, CancellationToken ct)
    {
        for (var end = DateTime.UtcNow + StartTime; DateTime.UtcNow < end && !process.Completion.IsCompleted;)
        {
            if (await AnswersAsync(port, ct))
                return true;
            await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
        }
        return false;
    }

    // Asks for the list of names (a request of one byte, 'n', behind its length); the answer begins with the mapper's own port. That
    // tells it from any other program, and unlike a bare connection leaves no complaint in the log.
    private static async Task<bool> AnswersAsync(int port, CancellationToken ct)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, ct);
            var stream = client.GetStream();
            await stream.WriteAsync(new byte[] { 0, 1, (byte)'n' }, ct);
            var answer = new byte[sizeof(int)];
            await stream.ReadExactlyAsync(answer, ct);
            return BinaryPrimitives.ReadInt32BigEndian(answer) == port;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
