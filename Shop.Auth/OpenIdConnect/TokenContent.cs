using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Shop.Auth.Accounts;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.ServiceDefaults.Access;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.OpenIdConnect;

/// <summary>Makes the principal that OpenIddict turns into tokens, for each grant.</summary>
internal sealed class TokenContent(AuthDb db, SignIn signIn, TokenReuseGuard reuse, IOpenIddictApplicationManager clients, TimeProvider clock)
{
    /// <summary>For a user who has just passed every step of signing in; null when the account is gone.</summary>
    public Task<ClaimsPrincipal?> ByPasswordAsync(User user, string client, ImmutableArray<string> scopes, CancellationToken cancellationToken) =>
        PrincipalAsync(user, clock.GetUtcNow(), client, scopes, cancellationToken);

    /// <summary>For the user of a code or refresh token, with their current name and roles; null when they may no longer be signed in.</summary>
    public async Task<ClaimsPrincipal?> ByTokenAsync(ClaimsPrincipal token, string client, CancellationToken cancellationToken)
    {
        if (!await reuse.RedeemAsync(token, cancellationToken))
            return null;
        var since = DateTimeOffset.FromUnixTimeSeconds(long.Parse(token.GetClaim(Claims.AuthenticationTime)!, CultureInfo.InvariantCulture));
        var scopes = await ConfiguredClients.StillAllowedAsync(clients, client, token.GetScopes(), cancellationToken);
        var user = await signIn.UserAsync(Guid.Parse(token.GetAuthorizationId()!), token.Id(), token.GetClaim(UserSessions.Stamp), cancellationToken);
        var principal = user is null ? null : await PrincipalAsync(user, since, client, scopes, cancellationToken);
        // The same session, which reuse of a token ends as a whole.
        return principal?.SetAuthorizationId(token.GetAuthorizationId());
    }

    /// <summary>
    /// For the user of a browser; null when they may no longer be signed in. The shop's own clients share the browser's session. A registered client gets a session
    /// of its own (see <see cref="SessionStart"/>), so that it can end nothing else.
    /// </summary>
    public async Task<ClaimsPrincipal?> ByBrowserAsync(BrowserSession session, string client, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        var user = await signIn.UserAsync(session, cancellationToken);
        var principal = user is null ? null : await PrincipalAsync(user, session.Since, client, scopes, cancellationToken);
        return await ConfiguredClients.IsOwnAsync(clients, client, cancellationToken) ? principal?.SetAuthorizationId(session.Id.ToString()) : principal;
    }

    /// <summary>For a client that acts for itself, with its permissions.</summary>
    public async Task<ClaimsPrincipal> ByClientAsync(string client, CancellationToken cancellationToken)
    {
        var identity = NewIdentity();
        identity.SetClaim(Claims.Subject, client);
        identity.AddClaim(Array(Role.PermissionClaim, await ConfiguredClients.PermissionsAsync(clients, client, cancellationToken)));
        return Principal(identity, [], claim => [OpenIddictConstants.Destinations.AccessToken]);
    }

    /// <param name="user">The user.</param>
    /// <param name="since">When they signed in, from which the session's lifetime counts.</param>
    /// <param name="client">The client's id.</param>
    /// <param name="scopes">The scopes that the client asked for.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    private async Task<ClaimsPrincipal?> PrincipalAsync(User user, DateTimeOffset since, string client, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        if (await Account.ReadAsync(db, user.Id, cancellationToken) is not { } account)
            return null;
        var allowed = AllowedClaims(await ConfiguredClients.IsOwnAsync(clients, client, cancellationToken), scopes);
        var identity = NewIdentity();
        identity.SetClaim(Claims.Subject, account.Id.ToString());
        identity.SetClaim(Claims.Email, account.Email);
        identity.SetClaim(Claims.EmailVerified, account.EmailVerified);
        identity.SetClaim(Claims.Name, account.DisplayName ?? (allowed.Contains(Claims.Email) ? account.Email : null));
        identity.SetClaim(Claims.AuthenticationTime, since.ToUnixTimeSeconds());
        identity.SetClaim(UserSessions.Stamp, user.SecurityStamp);
        identity.AddClaim(Array(Claims.Role, account.Roles));
        identity.AddClaim(Array(Role.PermissionClaim, account.Permissions));
        return Principal(identity, scopes, claim => Destinations(claim.Type, allowed, scopes)).SetRefreshTokenLifetime(since + UserSessions.Lifetime - clock.GetUtcNow());
    }

    /// <summary>
    /// The personal claims that the client's tokens may contain: those of the scopes it asked for. An own client that does not use OpenID Connect gets all of them.
    /// Permissions come with roles: a registered client acts as staff only when it may know that its user is staff.
    /// </summary>
    private static HashSet<string> AllowedClaims(bool own, ImmutableArray<string> scopes)
    {
        var all = own && !scopes.Contains(Scopes.OpenId);
        (bool Allowed, string Claim)[] claims =
        [
            (all || scopes.Contains(Scopes.Email), Claims.Email),
            (all || scopes.Contains(Scopes.Profile), Claims.Name),
            (all || scopes.Contains(Scopes.Roles), Claims.Role),
            (own || scopes.Contains(Scopes.Roles), Role.PermissionClaim),
        ];
        return [.. claims.Where(claim => claim.Allowed).Select(claim => claim.Claim)];
    }

    /// <summary>The tokens that a claim goes into. Codes and refresh tokens contain all claims.</summary>
    private static string[] Destinations(string claim, HashSet<string> allowed, ImmutableArray<string> scopes) => claim switch
    {
        UserSessions.Stamp => [],
        Claims.AuthenticationTime => [OpenIddictConstants.Destinations.IdentityToken],
        Claims.Email or Claims.EmailVerified when allowed.Contains(Claims.Email) => InTokens(scopes.Contains(Scopes.Email)),
        Claims.Name when allowed.Contains(claim) => InTokens(scopes.Contains(Scopes.Profile)),
        Claims.Role when allowed.Contains(claim) => InTokens(scopes.Contains(Scopes.Roles)),
        Claims.Email or Claims.EmailVerified or Claims.Name or Claims.Role => [],
        Role.PermissionClaim when !allowed.Contains(claim) => [],
        _ => [OpenIddictConstants.Destinations.AccessToken],
    };

    private static string[] InTokens(bool identityToken) => identityToken
        ? [OpenIddictConstants.Destinations.AccessToken, OpenIddictConstants.Destinations.IdentityToken]
        : [OpenIddictConstants.Destinations.AccessToken];

    private static ClaimsIdentity NewIdentity() => new(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, Claims.Name, Claims.Role);

    private static ClaimsPrincipal Principal(ClaimsIdentity identity, ImmutableArray<string> scopes, Func<Claim, IEnumerable<string>> destinations)
    {
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(Issuer.Audience);
        principal.SetDestinations(destinations);
        return principal;
    }

    /// <summary>Always a JSON array. As separate claims, a single value would become a string.</summary>
    private static Claim Array(string type, IReadOnlyList<string> values) => new(type, JsonSerializer.Serialize(values), JsonClaimValueTypes.JsonArray);
}
