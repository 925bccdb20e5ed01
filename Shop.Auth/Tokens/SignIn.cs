using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>Decides who may have tokens, and what is in them.</summary>
internal sealed class SignIn(
    AuthDb db, UserManager<User> users, Passwords passwords, SessionTokens sessions, IOpenIddictApplicationManager clients, AuditTrail audit, TimeProvider clock)
{
    /// <summary>
    /// In codes and refresh tokens only: the user's stamp when they signed in. A new password and a lock change it, and so end the session; the
    /// one that the password was changed in goes on by <see cref="SessionTokens.StampAsync"/>.
    /// </summary>
    public const string Stamp = "stamp";

    /// <summary>A user who has just shown all that is asked of them as the content of tokens; null when the account is gone.</summary>
    public Task<ClaimsPrincipal?> NowAsync(User user, string client, ImmutableArray<string> scopes, CancellationToken cancel) =>
        PrincipalAsync(user, clock.GetUtcNow(), client, scopes, cancel);

    /// <summary>
    /// The user with this password; null when the two do not belong together, or the user may not sign in. Where a code is asked for, they are not
    /// in yet.
    /// </summary>
    /// <exception cref="ProblemException">429: too many wrong ones have come.</exception>
    public async Task<User?> FindAsync(string email, string password, HttpContext http)
    {
        var (origin, cancel) = (TryOrigin.Of(EmailAddress.Normalize(email), http), http.RequestAborted);
        var user = await db.Users.FindByEmailAsync(email, cancel);
        // A longer password is nobody's; checked all the same, cut, for the time it takes.
        var known = password.Length <= Password.MaxLength * 2;
        var verified = await passwords.VerifyAsync(known ? user : null, known ? password : password[..Password.MaxLength], origin, cancel);
        if (user is null || verified is PasswordVerificationResult.Failed || await users.IsLockedOutAsync(user))
        {
            await audit.RecordRefusedSignInAsync(http, email, user?.Id);
            return null;
        }
        if (verified is PasswordVerificationResult.SuccessRehashNeeded)
        {
            var hash = await passwords.HashAsync(user, password, Errand.SignIn, origin, cancel);
            await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), cancel);
        }
        return user;
    }

    /// <summary>The user of a code or refresh token with their present name and roles; null when they may no longer sign in.</summary>
    public async Task<ClaimsPrincipal?> ByTokenAsync(ClaimsPrincipal token, string client, CancellationToken cancel)
    {
        if (!await sessions.TakeAsync(token, cancel))
        {
            return null;
        }
        var since = DateTimeOffset.FromUnixTimeSeconds(long.Parse(token.GetClaim(Claims.AuthenticationTime)!, CultureInfo.InvariantCulture));
        var session = Guid.Parse(token.GetAuthorizationId()!);
        var principal = await AgainAsync(session, token.Id(), token.GetClaim(Stamp), since, client, await Clients.StillAllowedAsync(clients, client, token.GetScopes(), cancel), cancel);
        // The same family, which reuse revokes as a whole.
        return principal?.SetAuthorizationId(token.GetAuthorizationId());
    }

    /// <summary>
    /// The user who is signed in with this browser; null when they may no longer sign in. A client of ours shares the browser's session; one that was
    /// registered gets its own (see <see cref="SessionStart"/>), so that it can end nothing else.
    /// </summary>
    public async Task<ClaimsPrincipal?> ByBrowserAsync(BrowserSession session, string client, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        var principal = await AgainAsync(session.Id, session.User, session.Stamp, session.Since, client, scopes, cancel);
        return await Clients.IsOursAsync(clients, client, cancel) ? principal?.SetAuthorizationId(session.Id.ToString()) : principal;
    }

    /// <summary>A client that acts for itself, with what it may do.</summary>
    public async Task<ClaimsPrincipal> ByClientAsync(string client, CancellationToken cancel)
    {
        var identity = NewIdentity();
        identity.SetClaim(Claims.Subject, client);
        identity.AddClaim(Array(Role.PermissionClaim, await Clients.PermissionsAsync(clients, client, cancel)));
        return Principal(identity, [], claim => [OpenIddictConstants.Destinations.AccessToken]);
    }

    /// <summary>Whose browser it is; null when they may no longer sign in.</summary>
    public Task<User?> UserAsync(BrowserSession session, CancellationToken cancel) => UserAsync(session.Id, session.User, session.Stamp, cancel);

    private async Task<User?> UserAsync(Guid session, Guid id, string? stamp, CancellationToken cancel)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancel);
        return user is null || user.SecurityStamp != (await sessions.StampAsync(session, cancel) ?? stamp) || await users.IsLockedOutAsync(user) ? null : user;
    }

    private async Task<ClaimsPrincipal?> AgainAsync(
        Guid session, Guid id, string? stamp, DateTimeOffset since, string client, ImmutableArray<string> scopes, CancellationToken cancel) =>
        await UserAsync(session, id, stamp, cancel) is { } user ? await PrincipalAsync(user, since, client, scopes, cancel) : null;

    /// <param name="user">Who.</param>
    /// <param name="since">When they signed in; from then on counts how long the session can last.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="scopes">What the client asked for.</param>
    /// <param name="cancel">Gives up.</param>
    private async Task<ClaimsPrincipal?> PrincipalAsync(User user, DateTimeOffset since, string client, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        if (await Account.ReadAsync(db, user.Id, cancel) is not { } account)
        {
            return null;
        }
        var told = ScopeClaims.Told(await Clients.IsOursAsync(clients, client, cancel), scopes);
        var identity = NewIdentity();
        identity.SetClaim(Claims.Subject, account.Id.ToString());
        identity.SetClaim(Claims.Email, account.Email);
        identity.SetClaim(Claims.EmailVerified, account.EmailVerified);
        identity.SetClaim(Claims.Name, account.DisplayName ?? (told.Contains(Claims.Email) ? account.Email : null));
        identity.SetClaim(Claims.AuthenticationTime, since.ToUnixTimeSeconds());
        identity.SetClaim(Stamp, user.SecurityStamp);
        identity.AddClaim(Array(Claims.Role, account.Roles));
        identity.AddClaim(Array(Role.PermissionClaim, account.Permissions));
        return Principal(identity, scopes, claim => ScopeClaims.Destinations(claim.Type, told, scopes)).SetRefreshTokenLifetime(since + SessionTokens.Lifetime - clock.GetUtcNow());
    }

    private static ClaimsIdentity NewIdentity() => new(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, Claims.Name, Claims.Role);

    private static ClaimsPrincipal Principal(ClaimsIdentity identity, ImmutableArray<string> scopes, Func<Claim, IEnumerable<string>> destinations)
    {
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(Issuer.Audience);
        principal.SetDestinations(destinations);
        return principal;
    }

    /// <summary>Always a JSON array: as separate claims, a single one would become a string.</summary>
    private static Claim Array(string type, IReadOnlyList<string> values) => new(type, JsonSerializer.Serialize(values), JsonClaimValueTypes.JsonArray);
}
