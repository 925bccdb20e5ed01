using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>Ports on loopback for processes that are yet to listen there.</summary>
internal sealed class Ports : IDisposable
{
    private const int Attempts = 200;

    private readonly Dictionary<int, Socket?> _held = [];
    private readonly Lock _lock = new();

    /// <summary>Takes that port; false when somebody listens there, or another AppHost has taken it for a process that it is about to start.</summary>
    public bool TryHold(int port)
    {
        lock (_lock)
        {
            if (_held.ContainsKey(port) || !TryClaim(port, out var claim))
                return false;
            if (!CanListen(port))
            {
                claim?.Dispose();
                return false;
            }

            _held.Add(port, claim);
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

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var claim in _held.Values)
                claim?.Dispose();
            _held.Clear();
        }
    }

    // A name that only one process of the machine can have, and that goes with the process however it ends. Linux only; elsewhere two
    // AppHosts that start at the same moment can want the same port.
    private static bool TryClaim(int port, out Socket? claim)
    {
        claim = null;
        if (!OperatingSystem.IsLinux())
            return true;

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0aspire-port-{port}"));
            claim = socket;
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }

    // A process that binds to localhost takes the port of both address families.
    private static bool CanListen(int port)
    {
        IPAddress[] addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (var address in addresses)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
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
                return false;
            }
        }

        return true;
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
