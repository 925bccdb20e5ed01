using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using Shop.Auth.Accounts;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;
using ShopPermissions = Shop.ServiceDefaults.Access.Permissions;

namespace Shop.Auth.OpenIdConnect.Clients;

public enum ApplicationType
{
    /// <summary>Runs on a user's device, in a browser or on a phone, and so cannot keep a secret. Uses PKCE.</summary>
    Public,

    /// <summary>Runs on a server and has a secret. Uses PKCE as well.</summary>
    Confidential,

    /// <summary>Acts for itself, not for a user. Has a secret and permissions.</summary>
    Machine,
}

/// <param name="Name">The name on the consent page.</param>
/// <param name="Type">Cannot be changed later.</param>
/// <param name="RedirectUris">Where codes may be sent, compared exactly. At least one; none for a machine.</param>
/// <param name="PostLogoutRedirectUris">Where browsers may be sent after signing out.</param>
/// <param name="Scopes">The scopes that it may ask for besides <c>openid</c>. <c>roles</c> also lets it use its user's permissions as staff.</param>
/// <param name="Permissions">What a machine may do.</param>
internal sealed record ClientRequest(
    string Name, ApplicationType Type, IReadOnlyList<string>? RedirectUris = null, IReadOnlyList<string>? PostLogoutRedirectUris = null,
    IReadOnlyList<string>? Scopes = null, IReadOnlyList<string>? Permissions = null)
{
    public static readonly string[] KnownScopes =
        [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email, OpenIddictConstants.Scopes.Roles, OpenIddictConstants.Scopes.OfflineAccess];

    private bool IsMachine => Type is ApplicationType.Machine;

    /// <summary>400 with what is wrong; null when nothing is.</summary>
    public ProblemHttpResult? Validate() => FieldErrors.Of(
        ("name", DisplayName.Validate(Name.Trim())),
        ("redirectUris", AddressesError(RedirectUris) ?? (!IsMachine && RedirectUris is not [_, ..] ? "Must be one at least." : null)),
        ("postLogoutRedirectUris", AddressesError(PostLogoutRedirectUris)),
        ("scopes", Scopes is not [_, ..] ? null
            : IsMachine ? "A machine has no user to ask about."
            : Scopes.Except(KnownScopes).Any() ? $"Must be some of {string.Join(", ", KnownScopes)}."
            : null),
        ("permissions", Permissions is not [_, ..] ? null
            : !IsMachine ? "Only a machine has permissions of its own; other applications act for users."
            : Permissions.Except(ShopPermissions.All).Any() ? $"Must be some of {string.Join(", ", ShopPermissions.All)}."
            : null));

    /// <summary>Copies the request into an OpenIddict descriptor.</summary>
    public void Describe(OpenIddictApplicationDescriptor client)
    {
        client.DisplayName = Name.Trim();
        client.ClientType = Type is ApplicationType.Public ? ClientTypes.Public : ClientTypes.Confidential;
        client.ConsentType = ConsentTypes.Explicit;
        // For a native client OpenIddict accepts any port on loopback, since the app cannot know which one is free (RFC 8252, 7.3).
        client.ApplicationType = Type is ApplicationType.Public && RedirectUris?.All(address => !RedirectAddress.IsOwned(address)) is true
            ? ApplicationTypes.Native : ApplicationTypes.Web;
        Set(client.RedirectUris, RedirectUris?.Select(address => new Uri(address)));
        Set(client.PostLogoutRedirectUris, PostLogoutRedirectUris?.Select(address => new Uri(address)));
        Set(client.Requirements, IsMachine ? [] : [Requirements.Features.ProofKeyForCodeExchange]);
        Set(client.Permissions, IsMachine
            ? [Allowed.Endpoints.Token, Allowed.GrantTypes.ClientCredentials, .. (Permissions ?? []).Select(permission => ConfiguredClients.ShopPermission + permission)]
            : [
                Allowed.Endpoints.Authorization, Allowed.Endpoints.Token, Allowed.Endpoints.Revocation, Allowed.Endpoints.EndSession,
                Allowed.GrantTypes.AuthorizationCode, Allowed.ResponseTypes.Code,
                .. (Scopes ?? []).Where(scope => scope is not (OpenIddictConstants.Scopes.OpenId or OpenIddictConstants.Scopes.OfflineAccess)).Select(scope => Allowed.Prefixes.Scope + scope),
                .. Scopes?.Contains(OpenIddictConstants.Scopes.OfflineAccess) is true ? [Allowed.GrantTypes.RefreshToken] : (string[])[],
            ]);

        static void Set<T>(HashSet<T> all, IEnumerable<T>? wanted)
        {
            all.Clear();
            all.UnionWith(wanted ?? []);
        }
    }

    private string? AddressesError(IReadOnlyList<string>? addresses) =>
        addresses is not [_, ..] ? null
        : IsMachine ? "A machine has none."
        : addresses.Count > RedirectAddress.Most ? $"Must be at most {RedirectAddress.Most}."
        : addresses.Select(address => RedirectAddress.Validate(address, Type)).FirstOrDefault(error => error is not null);
}
