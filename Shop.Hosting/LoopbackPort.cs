using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Aspire.Hosting;

namespace Shop.Hosting;

/// <summary>Finds free ports on loopback for processes that are about to start.</summary>
public static class LoopbackPort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>
    /// A port that nobody listens on and that this process has not handed out before. It is below the kernel's ephemeral range, so that no
    /// outgoing connection takes it while the process that is to listen there starts or restarts.
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

    /// <summary>Whether nobody listens on the port at an address that localhost would meet.</summary>
    public static bool IsFree(int port) => !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port
        && (IPAddress.IsLoopback(listener.Address) || listener.Address.Equals(IPAddress.Any) || listener.Address.Equals(IPAddress.IPv6Any)));

    /// <summary>Returns when the port accepts connections. Tries every 50 ms.</summary>
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
