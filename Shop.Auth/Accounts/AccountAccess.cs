using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Accounts;

/// <summary>The caller's current permissions, from the database. The session is checked earlier: an access token of an ended one is not accepted here.</summary>
internal sealed class AccountAccess(AuthDb db, TimeProvider clock) : LiveAccess
{
    public override async Task<IReadOnlyCollection<string>?> PermissionsAsync(HttpContext http)
    {
        if (!Guid.TryParse(http.User.FindFirst("sub")?.Value, out var id))
        {
            // A client that acts for itself has no account and no roles: its token says what it may do.
            return [.. http.User.FindAll(Role.PermissionClaim).Select(claim => claim.Value)];
        }
        var now = clock.GetUtcNow();
        var rows = await (
            from user in db.Users.Where(u => u.Id == id && (u.LockoutEnd == null || u.LockoutEnd < now))
            from member in db.UserRoles.Where(ur => ur.UserId == user.Id).DefaultIfEmpty()
            from claim in db.RoleClaims.Where(c => c.RoleId == member!.RoleId && c.ClaimType == Role.PermissionClaim).DefaultIfEmpty()
            select claim!.ClaimValue).ToListAsync(http.RequestAborted);
        return rows is [] ? null : [.. rows.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }
}
