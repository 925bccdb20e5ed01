using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Servers;

/// <summary>TCP ports on the loopback interface.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
