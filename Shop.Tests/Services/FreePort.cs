using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Services;

/// <summary>For a service whose address must be known before it starts.</summary>
internal static class FreePort
{
    /// <summary>A port of loopback that nobody listens on at the moment.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
