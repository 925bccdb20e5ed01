using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Audit;
using Shop.Auth.Users;
using Shop.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>Decides who may have tokens, and what is in them.</summary>
internal sealed class SignIn(
    AuthDb db, UserManager<User> users, Passwords passwords, Sessions sessions, AuditTrail audit, IHttpContextAccessor http)
{
    /// <summary>
    /// In refresh tokens only: the user's stamp when they signed in. A new password and a lock change it, and so end the session; the one that
    /// the password was changed in goes on by <see cref="Sessions.StampAsync"/>.
    /// </summary>
    public const string Stamp = "stamp";

    /// <summary>The user with this password as the content of tokens; null when the two do not belong together.</summary>
    public async Task<ClaimsPrincipal?> ByPasswordAsync(string email, string password, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        var normalized = users.NormalizeEmail(email.Trim());
        // PostgreSQL has no text with NUL in it, so nobody has such an address.
        var user = normalized.Contains('\0') ? null : await db.Users.SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, cancel);
        // A longer password is nobody's; checked all the same, cut, for the time it takes.
        var known = password.Length <= Password.MaxLength * 2;
        var verified = await passwords.VerifyAsync(known ? user : null, known ? password : password[..Password.MaxLength], cancel);
        if (user is null || verified is PasswordVerificationResult.Failed || await users.IsLockedOutAsync(user))
        {
            await audit.RecordRefusedSignInAsync(http.HttpContext!, email, user?.Id);
            return null;
        }
        if (verified is PasswordVerificationResult.SuccessRehashNeeded)
        {
            var hash = await passwords.HashAsync(user, password, cancel);
            await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), cancel);
        }
        return await PrincipalAsync(user, scopes, cancel);
    }

    /// <summary>The user of a refresh token with their present name and roles; null when they may no longer sign in.</summary>
    public async Task<ClaimsPrincipal?> ByRefreshTokenAsync(ClaimsPrincipal token, CancellationToken cancel)
    {
        if (!await sessions.TakeAsync(token, cancel))
        {
            return null;
        }
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.Id(), cancel);
        if (user is null || user.SecurityStamp != (await sessions.StampAsync(token, cancel) ?? token.GetClaim(Stamp)) || await users.IsLockedOutAsync(user))
        {
            return null;
        }
        var principal = await PrincipalAsync(user, token.GetScopes(), cancel);
        // The same family, which reuse revokes as a whole.
        return principal?.SetAuthorizationId(token.GetAuthorizationId());
    }

    private async Task<ClaimsPrincipal?> PrincipalAsync(User user, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        if (await Account.ReadAsync(db, user.Id, cancel) is not { } account)
        {
            return null;
        }
        var identity = new ClaimsIdentity(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, account.Id.ToString());
        identity.SetClaim(Claims.Email, account.Email);
        identity.SetClaim(Claims.Name, account.DisplayName ?? account.Email);
        identity.SetClaim(Stamp, user.SecurityStamp);
        identity.AddClaim(Array(Claims.Role, account.Roles));
        identity.AddClaim(Array(Role.PermissionClaim, account.Permissions));

        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(Issuer.Audience);
        principal.SetDestinations(claim => Destinations(claim, scopes));
        return principal;
    }

    /// <summary>Always a JSON array: as separate claims, a single one would become a string.</summary>
    private static Claim Array(string type, IReadOnlyList<string> values) => new(type, JsonSerializer.Serialize(values), JsonClaimValueTypes.JsonArray);

    private static IEnumerable<string> Destinations(Claim claim, ImmutableArray<string> scopes) => claim.Type switch
    {
        Stamp => [],
        Claims.Email when scopes.Contains(Scopes.Email) => [OpenIddictConstants.Destinations.AccessToken, OpenIddictConstants.Destinations.IdentityToken],
        Claims.Name when scopes.Contains(Scopes.Profile) => [OpenIddictConstants.Destinations.AccessToken, OpenIddictConstants.Destinations.IdentityToken],
        Claims.Role when scopes.Contains(Scopes.Roles) => [OpenIddictConstants.Destinations.AccessToken, OpenIddictConstants.Destinations.IdentityToken],
        _ => [OpenIddictConstants.Destinations.AccessToken],
    };
}
