using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>Ports on loopback for processes that are yet to listen there.</summary>
internal sealed class Ports : IDisposable
{
    private const int Attempts = 200;

    private readonly Dictionary<int, List<Socket>> _held = [];
    private readonly Lock _lock = new();

    /// <summary>Takes that port; false when somebody listens there.</summary>
    public bool TryHold(int port)
    {
        lock (_lock)
        {
            if (_held.ContainsKey(port) || Bind(port) is not { } sockets)
                return false;
            _held.Add(port, sockets);
            return true;
        }
    }

    /// <summary>
    /// Takes any port. Below those that the kernel gives to outgoing connections, so that none of these takes it while the process that
    /// is to have it waits for others to start.
    /// </summary>
    /// <exception cref="DistributedApplicationException">There is none.</exception>
    public int HoldAny()
    {
        var end = FirstEphemeralPort();
        var begin = Math.Max(1024, Math.Min(end - 1000, end * 2 / 3));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(begin, end);
            if (TryHold(port))
                return port;
        }

        throw new DistributedApplicationException($"No free port was found on loopback between {begin} and {end}.");
    }

    /// <summary>Lets the process that is about to start have the port.</summary>
    public void Release(int port)
    {
        lock (_lock)
        {
            if (_held.Remove(port, out var sockets))
                sockets.ForEach(s => s.Dispose());
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var sockets in _held.Values)
                sockets.ForEach(s => s.Dispose());
            _held.Clear();
        }
    }

    // A process that binds to localhost takes the port of both address families.
    private static List<Socket>? Bind(int port)
    {
        var sockets = new List<Socket>();
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable)
            {
                // The machine knows IPv6 and has no IPv6 loopback.
                continue;
            }
            catch (SocketException)
            {
                sockets.ForEach(s => s.Dispose());
                return null;
            }
        }

        return sockets;
    }

    private static int FirstEphemeralPort()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        const int Usual = 32768;
        return File.Exists(Range) && int.TryParse(File.ReadAllText(Range).Split('\t', ' ')[0], CultureInfo.InvariantCulture, out var first) && first > 3000
            ? first
            : Usual;
    }
}
