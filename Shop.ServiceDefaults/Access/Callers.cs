using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Access;

/// <summary>Tells callers apart who say nothing of themselves.</summary>
public static class Callers
{
    /// <summary>What of an IPv6 address is the subscriber's; the rest they choose themselves.</summary>
    private const int SubscriberBytes = 8;

    /// <summary>The network address that stands for a caller: all of an IPv6 subscriber's are one. Empty when there is none.</summary>
    public static string Caller(this ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, SubscriberBytes)),
        var address => address.ToString(),
    };
}
