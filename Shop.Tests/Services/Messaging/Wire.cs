using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Services.Messaging;

/// <summary>The wire between a service and a server, which tests can cut and mend.</summary>
public sealed class Wire : IAsyncDisposable
{
    private readonly DnsEndPoint _server;
    private readonly int _port;
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A wire that is cut, to be mended by <see cref="Mend"/>.</summary>
    public Wire(Uri server)
    {
        _server = new DnsEndPoint(server.Host, server.Port);
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        Address = new UriBuilder(server) { Host = "127.0.0.1", Port = _port }.Uri;
    }

    /// <summary>Where the service finds the server through this wire.</summary>
    public Uri Address { get; }

    /// <summary>Lets connections through.</summary>
    public void Mend()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Resets what is connected, and refuses connections until mended.</summary>
    public void Cut()
    {
        _listener?.Stop();
        DropConnections();
    }

    /// <summary>Resets what is connected; new connections get through.</summary>
    public void DropConnections()
    {
        lock (_lock)
        {
            foreach (var socket in _open)
                socket.Close(timeout: 0);
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_lock)
            _open.AddRange([client, server]);
        try
        {
            await server.ConnectAsync(_server);
            using var up = new NetworkStream(client);
            using var down = new NetworkStream(server);
            await Task.WhenAny(up.CopyToAsync(down), down.CopyToAsync(up));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // Cut, or hung up by either side.
        }
        client.Close(timeout: 0);
        server.Close(timeout: 0);
    }
}
