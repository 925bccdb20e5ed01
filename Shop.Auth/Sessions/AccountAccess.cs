using Microsoft.EntityFrameworkCore;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Sessions;

/// <summary>What a caller may do now, by the database. That their session lasts is seen to before: an access token of an ended one is not accepted here.</summary>
internal sealed class AccountAccess(AuthDb db, TimeProvider clock) : LiveAccess
{
    public override async Task<IReadOnlyCollection<string>?> PermissionsAsync(HttpContext http)
    {
        if (!Guid.TryParse(http.User.FindFirst("sub")?.Value, out var id))
        {
            // A client in its own name has no account that could be locked, and no roles: it may what its token says.
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
