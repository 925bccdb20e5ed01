using System.Security.Claims;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>
/// A session is the family of refresh tokens that follow from one sign-in; OpenIddict calls it an authorization.
/// </summary>
internal sealed class Sessions(AuthDb db, AuditTrail audit, IHttpContextAccessor http, TimeProvider clock)
{
    /// <summary>
    /// Takes a refresh token out of use. Of simultaneous requests with one token a single one gets true: OpenIddict itself looks
    /// first and marks later, and would serve them all. The others end the session, as for any token that is used twice.
    /// </summary>
    public async Task<bool> TakeAsync(ClaimsPrincipal refreshToken, CancellationToken cancel)
    {
        var id = Guid.Parse(refreshToken.GetTokenId()!);
        var now = clock.GetUtcNow().UtcDateTime;
        var taken = await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
            .Where(token => token.Id == id && token.Status == Statuses.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.Status, Statuses.Redeemed).SetProperty(token => token.RedemptionDate, now), cancel);
        if (taken == 0)
        {
            await EndAsync(Guid.Parse(refreshToken.GetAuthorizationId()!), cancel);
            await audit.RecordAsync(http.HttpContext!, ReuseNotice.Of(refreshToken));
        }
        return taken == 1;
    }

    /// <summary>The user's stamp that the session of a refresh token was given since, as <see cref="UserSessions.KeepAsync"/> does; null: none.</summary>
    public async Task<string?> StampAsync(ClaimsPrincipal refreshToken, CancellationToken cancel)
    {
        var id = Guid.Parse(refreshToken.GetAuthorizationId()!);
        var properties = await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
            .Where(authorization => authorization.Id == id).Select(authorization => authorization.Properties).SingleOrDefaultAsync(cancel);
        return properties is null ? null : JsonElement.Parse(properties).GetProperty(SignIn.Stamp).GetString();
    }

    /// <summary>Ends a session, with the tokens that a request in flight may yet add to it: they belong to a revoked authorization.</summary>
    private Task<int> EndAsync(Guid session, CancellationToken cancel) => db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
        .Where(authorization => authorization.Id == session)
        .ExecuteUpdateAsync(set => set.SetProperty(authorization => authorization.Status, Statuses.Revoked), cancel);
}
