using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Pages;

/// <summary>Where a page sends the browser when it is done: back to the request that led to it, and nowhere else.</summary>
internal static class ReturnAddress
{
    /// <summary>The page of the signed-in user's own account.</summary>
    public const string AccountPage = "/account";

    /// <summary>In UTF-16 code units. Longer requests have nothing to do with a sign-in.</summary>
    internal const int MaxLength = 8 * 1024;

    private static readonly string[] Allowed = ["/connect/authorize?", "/connect/logout?"];

    /// <summary>The address, in ASCII, when it leads to this service's own request; else null.</summary>
    public static string? Checked(string? address) =>
        LocalAddress.Checked(address, MaxLength) is { } local
        && (local is AccountPage || Allowed.Any(start => local.StartsWith(start, StringComparison.Ordinal)))
            ? local
            : null;

    /// <summary>The login hint of the authorization request in the address; null for none.</summary>
    public static string? LoginHint(string? address) => Parameter(address, Parameters.LoginHint);

    /// <summary>The redirect address of the authorization request in the address; null when there is none, or it is not registered for the client.</summary>
    public static async Task<string?> ClientAsync(string? address, IOpenIddictApplicationManager clients, CancellationToken cancellationToken) =>
        Parameter(address, Parameters.ClientId) is { } id && Parameter(address, Parameters.RedirectUri) is { } redirect
        && await clients.FindByClientIdAsync(id, cancellationToken) is { } client && await clients.ValidateRedirectUriAsync(client, redirect, cancellationToken)
            ? redirect
            : null;

    private static string? Parameter(string? address, string name) =>
        Checked(address) is { } request && request.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
        && QueryHelpers.ParseQuery(request[query..]).TryGetValue(name, out var values) && values is [{ Length: > 0 } value]
            ? value
            : null;
}
