using Shop.Auth.OwnAccountPages;
using Shop.ServiceDefaults;

namespace Shop.Auth.SigningIn;

/// <summary>Where a page of ours sends the browser when it is done: back to the request that led to it, and nowhere else.</summary>
internal static class ReturnAddress
{
    /// <summary>In UTF-16 units; requests with more have nothing to do with a sign-in.</summary>
    private const int MaxLength = 8 * 1024;

    private static readonly string[] Ours = ["/connect/authorize?", "/connect/logout?"];

    /// <summary>The address, in ASCII, if it is a request of ours; else null.</summary>
    public static string? Checked(string? address) =>
        LocalAddress.Checked(address, MaxLength) is { } local
        && (local is OwnPages.Address || Ours.Any(start => local.StartsWith(start, StringComparison.Ordinal)))
            ? local
            : null;
}
