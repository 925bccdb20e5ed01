using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using Shop.Auth.OwnAccountPages;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;

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

    /// <summary>Whom the client of the authorization request there expects to sign in; null: it does not say.</summary>
    public static string? Login(string? address) => Parameter(address, Parameters.LoginHint);

    /// <summary>Where the client of the authorization request there wants the browser back; null when there is none, or it is not the client's.</summary>
    public static async Task<string?> ClientAsync(string? address, IOpenIddictApplicationManager clients, CancellationToken cancel) =>
        Parameter(address, Parameters.ClientId) is { } id && Parameter(address, Parameters.RedirectUri) is { } redirect
        && await clients.FindByClientIdAsync(id, cancel) is { } client && await clients.ValidateRedirectUriAsync(client, redirect, cancel)
            ? redirect
            : null;

    private static string? Parameter(string? address, string name) =>
        Checked(address) is { } request && request.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
        && QueryHelpers.ParseQuery(request[query..]).TryGetValue(name, out var values) && values is [{ Length: > 0 } value]
            ? value
            : null;
}
