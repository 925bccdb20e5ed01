using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;

namespace Shop.Hosting;

/// <summary>Ports on loopback for processes that are yet to listen there.</summary>
public static class LoopbackPort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>
    /// A port that nobody listens on, and that was not given out by this process before. It is below those that the kernel gives to outgoing
    /// connections, so that none of these takes it while the process that is to have it starts, or starts again.
    /// </summary>
    /// <exception cref="DistributedApplicationException">There is none.</exception>
    public static int Free()
    {
        var end = FirstEphemeralPort();
        var begin = Math.Max(1024, Math.Min(end - 1000, end * 2 / 3));
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = Random.Shared.Next(begin, end);
            lock (Given)
            {
                if (IsFree(port) && Given.Add(port))
                    return port;
            }
        }

        throw new DistributedApplicationException($"No free port was found on loopback between {begin} and {end}.");
    }

    /// <summary>Whether a process that binds to localhost, and so in both address families, would get the port.</summary>
    public static bool IsFree(int port)
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

    /// <summary>Returns when somebody accepts connections on the port, asking every 50 ms.</summary>
    internal static async Task WhenListeningAsync(int port, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
                continue;
            }
        }
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
