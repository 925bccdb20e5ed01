using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Services;

/// <summary>Stands between a client and a server on loopback, and can cut them off from each other.</summary>
public sealed class SeverableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, Task> _open = [];
    private readonly Task _accepting;
    private readonly int _target;
    private volatile bool _severed;

    /// <summary>Starts listening.</summary>
    /// <param name="target">The server's port.</param>
    public SeverableProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends all connections and takes no new ones, until <see cref="Mend"/>.</summary>
    public void Sever()
    {
        _severed = true;
        foreach (var client in _open.Keys)
            client.Close();
    }

    public void Mend() => _severed = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Sever();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_open.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync();
            _open[client] = _severed ? Task.Run(client.Close) : ForwardAsync(client);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
    }
}
