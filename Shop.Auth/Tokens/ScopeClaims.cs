using System.Collections.Immutable;
using Shop.Auth.Users;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>Which of what is known of a user a client is told.</summary>
internal static class ScopeClaims
{
    /// <summary>
    /// The claims that may be in this client's tokens at all: those of the scopes that it asked for. One of our own that does not speak OpenID
    /// Connect gets what every access token in the shop says. With roles goes what they permit: a client that was registered acts as staff only
    /// when it may know that they are staff.
    /// </summary>
    public static HashSet<string> Told(bool ours, ImmutableArray<string> scopes)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        var all = ours && !scopes.Contains(Scopes.OpenId);
        Add(all || scopes.Contains(Scopes.Email), Claims.Email);
        Add(all || scopes.Contains(Scopes.Profile), Claims.Name);
        Add(all || scopes.Contains(Scopes.Roles), Claims.Role);
        Add(ours || scopes.Contains(Scopes.Roles), Role.PermissionClaim);
        return told;

        void Add(bool may, string claim)
        {
            if (may)
            {
                told.Add(claim);
            }
        }
    }

    /// <summary>In which tokens a claim goes; codes and refresh tokens have all of them.</summary>
    public static IEnumerable<string> Destinations(string claim, HashSet<string> told, ImmutableArray<string> scopes) => claim switch
    {
        SignIn.Stamp => [],
        Claims.AuthenticationTime => [OpenIddict.Abstractions.OpenIddictConstants.Destinations.IdentityToken],
        Claims.Email or Claims.EmailVerified when told.Contains(Claims.Email) => OfUser(scopes.Contains(Scopes.Email)),
        Claims.Name when told.Contains(claim) => OfUser(scopes.Contains(Scopes.Profile)),
        Claims.Role when told.Contains(claim) => OfUser(scopes.Contains(Scopes.Roles)),
        Claims.Email or Claims.EmailVerified or Claims.Name or Claims.Role => [],
        Role.PermissionClaim when !told.Contains(claim) => [],
        _ => [OpenIddict.Abstractions.OpenIddictConstants.Destinations.AccessToken],
    };

    private static string[] OfUser(bool also) => also
        ? [OpenIddict.Abstractions.OpenIddictConstants.Destinations.AccessToken, OpenIddict.Abstractions.OpenIddictConstants.Destinations.IdentityToken]
        : [OpenIddict.Abstractions.OpenIddictConstants.Destinations.AccessToken];
}
