using System.Text.Json;
using System.Text.Json.Serialization;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;

namespace Shop.Auth.Applications;

/// <param name="Id">Its <c>client_id</c>.</param>
/// <param name="Name">What people are told who wants to know of them.</param>
/// <param name="Type">What kind of program it is.</param>
/// <param name="RedirectUris">Where codes may be sent.</param>
/// <param name="PostLogoutRedirectUris">Where browsers may be sent once their user is signed out.</param>
/// <param name="Scopes">What it may ask for.</param>
/// <param name="Permissions">What a machine may do.</param>
/// <param name="Configured">Whether it is the shop's own: it is changed in the configuration, not here, and nobody is asked to agree.</param>
internal sealed record ApplicationView(
    string Id, string Name, ApplicationType Type, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris,
    IReadOnlyList<string> Scopes, IReadOnlyList<string> Permissions, bool Configured)
{
    /// <summary>The <c>client_secret</c>, when it was just made; never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>What is stored of a client, as staff sees it.</summary>
    public static ApplicationView Of(OpenIddictEntityFrameworkCoreApplication<Guid> client)
    {
        var permissions = List(client.Permissions);
        var scopes = permissions.Where(permission => permission.StartsWith(Allowed.Prefixes.Scope, StringComparison.Ordinal))
            .Select(permission => permission[Allowed.Prefixes.Scope.Length..]);
        var flow = permissions.Contains(Allowed.GrantTypes.AuthorizationCode);
        return new(
            client.ClientId!,
            client.DisplayName ?? client.ClientId!,
            permissions.Contains(Allowed.GrantTypes.ClientCredentials) ? ApplicationType.Machine
                : client.ClientType is ClientTypes.Public ? ApplicationType.Public : ApplicationType.Confidential,
            List(client.RedirectUris),
            List(client.PostLogoutRedirectUris),
            [.. flow ? [OpenIddictConstants.Scopes.OpenId] : (string[])[], .. scopes, .. permissions.Contains(Allowed.GrantTypes.RefreshToken) ? [OpenIddictConstants.Scopes.OfflineAccess] : (string[])[]],
            [.. permissions.Where(permission => permission.StartsWith(Clients.ShopPermission, StringComparison.Ordinal))
                .Select(permission => permission[Clients.ShopPermission.Length..]).Order(StringComparer.Ordinal)],
            client.Properties is null || !JsonElement.Parse(client.Properties).TryGetProperty(Clients.Registered, out _));
    }

    private static string[] List(string? json) => json is null ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];
}
