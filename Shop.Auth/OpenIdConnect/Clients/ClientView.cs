using System.Text.Json;
using System.Text.Json.Serialization;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;

namespace Shop.Auth.OpenIdConnect.Clients;

/// <param name="Id">Its <c>client_id</c>.</param>
/// <param name="Name">The name on the consent page.</param>
/// <param name="Type">The type of client.</param>
/// <param name="RedirectUris">Where codes may be sent.</param>
/// <param name="PostLogoutRedirectUris">Where browsers may be sent after signing out.</param>
/// <param name="Scopes">The scopes that it may ask for.</param>
/// <param name="Permissions">What a machine may do.</param>
/// <param name="Configured">Whether it is the shop's own, which is changed in the configuration and needs no consent.</param>
internal sealed record ClientView(
    string Id, string Name, ApplicationType Type, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutRedirectUris,
    IReadOnlyList<string> Scopes, IReadOnlyList<string> Permissions, bool Configured)
{
    /// <summary>The <c>client_secret</c>, in the response that created it only; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static ClientView Of(OpenIddictEntityFrameworkCoreApplication<Guid> client)
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
            [.. permissions.Where(permission => permission.StartsWith(ConfiguredClients.ShopPermission, StringComparison.Ordinal))
                .Select(permission => permission[ConfiguredClients.ShopPermission.Length..]).Order(StringComparer.Ordinal)],
            client.Properties is null || !JsonElement.Parse(client.Properties).TryGetProperty(ConfiguredClients.Registered, out _));
    }

    private static string[] List(string? json) => json is null ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];
}
