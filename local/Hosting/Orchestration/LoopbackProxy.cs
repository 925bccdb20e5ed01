using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Stands in front of replicas on the port that others use: each connection goes to the next one that runs. It knows nothing of what is
/// spoken, so HTTP/2, TLS and WebSockets pass. As long as none runs nobody listens, and a connection is refused.
/// </summary>
internal sealed class LoopbackProxy(int port) : IDisposable
{
    private const int Backlog = 512;

    private readonly Lock _lock = new();
    private readonly List<int> _live = [];
    private List<Socket> _listeners = [];
    private bool _disposed;
    private int _turn;

    public bool IsLive(int target)
    {
        lock (_lock)
            return _live.Contains(target);
    }

    public void SetLive(int target, bool live)
    {
        lock (_lock)
        {
            _live.Remove(target);
            if (live)
                _live.Add(target);

            if (_disposed || _live.Count == 0)
                StopListening();
            else if (_listeners.Count == 0)
                StartListening();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            StopListening();
        }
    }

    private void StartListening()
    {
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (var address in addresses)
        {
            var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(address, port));
                listener.Listen(Backlog);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable)
            {
                listener.Dispose();
                continue;
            }

            _listeners.Add(listener);
            _ = AcceptAsync(listener);
        }
    }

    private void StopListening()
    {
        _listeners.ForEach(l => l.Dispose());
        _listeners = [];
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It no longer listens.
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var _ = client;
        using var target = await ConnectAsync();
        if (target is null)
        {
            // As if nobody had listened: the client sees a reset, not an empty answer.
            client.LingerState = new LingerOption(true, 0);
            return;
        }

        client.NoDelay = target.NoDelay = true;
        await Task.WhenAll(PumpAsync(client, target), PumpAsync(target, client));
    }

    private async Task<Socket?> ConnectAsync()
    {
        foreach (var candidate in InTurn())
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, candidate);
                return socket;
            }
            catch (SocketException)
            {
                // It has just died, or does not listen yet: the next one may.
                socket.Dispose();
            }
        }

        return null;
    }

    private int[] InTurn()
    {
        lock (_lock)
        {
            var first = _live.Count == 0 ? 0 : (_turn++ & int.MaxValue) % _live.Count;
            return [.. _live[first..], .. _live[..first]];
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone, so the other goes too.
            from.Dispose();
            to.Dispose();
        }
    }
}
