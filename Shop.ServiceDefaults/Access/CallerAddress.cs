using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Access;

/// <summary>The address by which callers without a token are told apart.</summary>
public static class CallerAddress
{
    /// <summary>The part of an IPv6 address that a provider assigns; subscribers choose the rest themselves.</summary>
    private const int SubscriberBytes = 8;

    /// <summary>The caller's network address. All addresses of an IPv6 subscriber count as one. Empty when there is none.</summary>
    public static string Caller(this ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, SubscriberBytes)),
        var address => address.ToString(),
    };
}
