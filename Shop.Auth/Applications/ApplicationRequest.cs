using OpenIddict.Abstractions;
using Shop.Auth.Tokens;
using Shop.Auth.Users;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;
using ShopPermissions = Shop.ServiceDefaults.Access.Permissions;

namespace Shop.Auth.Applications;

/// <summary>What kind of program an application is.</summary>
public enum ApplicationType
{
    /// <summary>Runs where others can look into it, a browser or a phone: it has no secret, but a new code challenge (PKCE) each time.</summary>
    Public,

    /// <summary>Runs on a server of its own, and has a secret as well.</summary>
    Confidential,

    /// <summary>Acts for itself, not for a user: it has a secret and permissions.</summary>
    Machine,
}

/// <param name="Name">What people are told who wants to know of them.</param>
/// <param name="Type">Stays what it is.</param>
/// <param name="RedirectUris">Where codes may be sent, to the letter; one at least, but of a machine none.</param>
/// <param name="PostLogoutRedirectUris">Where browsers may be sent once their user is signed out.</param>
/// <param name="Scopes">What it may ask for, besides <c>openid</c>; <c>roles</c> also lets it do what its user may as staff.</param>
/// <param name="Permissions">What a machine may do.</param>
internal sealed record ApplicationRequest(
    string Name, ApplicationType Type, IReadOnlyList<string>? RedirectUris = null, IReadOnlyList<string>? PostLogoutRedirectUris = null,
    IReadOnlyList<string>? Scopes = null, IReadOnlyList<string>? Permissions = null)
{
    /// <summary>All that there are.</summary>
    public static readonly string[] KnownScopes =
        [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email, OpenIddictConstants.Scopes.Roles, OpenIddictConstants.Scopes.OfflineAccess];

    private bool IsMachine => Type is ApplicationType.Machine;

    /// <summary>What is wrong, by field.</summary>
    public Dictionary<string, string[]> Faults()
    {
        var faults = new Dictionary<string, string[]>();
        Note("name", DisplayName.Fault(Name.Trim()));
        Note("redirectUris", AddressesFault(RedirectUris) ?? (!IsMachine && RedirectUris is not [_, ..] ? "Must be one at least." : null));
        Note("postLogoutRedirectUris", AddressesFault(PostLogoutRedirectUris));
        Note("scopes", Scopes is not [_, ..] ? null
            : IsMachine ? "A machine has no user to ask about."
            : Scopes.Except(KnownScopes).Any() ? $"Must be some of {string.Join(", ", KnownScopes)}."
            : null);
        Note("permissions", Permissions is not [_, ..] ? null
            : !IsMachine ? "Only a machine has permissions of its own; other applications act for users."
            : Permissions.Except(ShopPermissions.All).Any() ? $"Must be some of {string.Join(", ", ShopPermissions.All)}."
            : null);
        return faults;

        void Note(string field, string? fault)
        {
            if (fault is not null)
            {
                faults[field] = [fault];
            }
        }
    }

    /// <summary>Says it to OpenIddict.</summary>
    public void Describe(OpenIddictApplicationDescriptor client)
    {
        client.DisplayName = Name.Trim();
        client.ClientType = Type is ApplicationType.Public ? ClientTypes.Public : ClientTypes.Confidential;
        client.ConsentType = ConsentTypes.Explicit;
        // Of an app on a device OpenIddict takes any port of the device itself, since it cannot know which is free (RFC 8252, 7.3).
        client.ApplicationType = Type is ApplicationType.Public && RedirectUris?.All(address => !RedirectAddress.IsOwned(address)) is true
            ? ApplicationTypes.Native : ApplicationTypes.Web;
        Set(client.RedirectUris, RedirectUris?.Select(address => new Uri(address)));
        Set(client.PostLogoutRedirectUris, PostLogoutRedirectUris?.Select(address => new Uri(address)));
        Set(client.Requirements, IsMachine ? [] : [Requirements.Features.ProofKeyForCodeExchange]);
        Set(client.Permissions, IsMachine
            ? [Allowed.Endpoints.Token, Allowed.GrantTypes.ClientCredentials, .. (Permissions ?? []).Select(permission => Clients.ShopPermission + permission)]
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

    private string? AddressesFault(IReadOnlyList<string>? addresses) =>
        addresses is not [_, ..] ? null
        : IsMachine ? "A machine has none."
        : addresses.Count > RedirectAddress.Most ? $"Must be at most {RedirectAddress.Most}."
        : addresses.Select(address => RedirectAddress.Fault(address, Type)).FirstOrDefault(fault => fault is not null);
}
