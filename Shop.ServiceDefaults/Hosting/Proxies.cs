using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>
/// The caller's address is that of the connection, unless it comes from a trusted proxy: forwarded headers count only from those in <c>Proxies</c>, networks
/// (<c>10.0.0.0/8</c>) or addresses separated by commas.
/// </summary>
internal static class Proxies
{
    public static void UseKnownProxies(this WebApplication app)
    {
        var known = app.Configuration["Proxies"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (known.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in known)
            options.KnownIPNetworks.Add(Network(proxy));
        app.UseForwardedHeaders(options);
    }

    private static IPNetwork Network(string proxy) =>
        IPNetwork.TryParse(proxy, out var network) ? network
        : IPAddress.TryParse(proxy, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException($"Proxies must be networks such as 10.0.0.0/8 or addresses, but has '{proxy}'.");
}
