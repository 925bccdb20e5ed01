using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Users;

/// <summary>What a user sees of their own account.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address, as registered.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
/// <param name="Roles">The names of the user's roles, sorted.</param>
/// <param name="Permissions">What the roles permit together, sorted.</param>
internal sealed record Account(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions)
{
    /// <summary>Reads the account with its present roles; null when there is no such user.</summary>
    public static async Task<Account?> ReadAsync(AuthDb db, Guid id, CancellationToken cancel)
    {
        var found = await db.Users.AsNoTracking().Where(user => user.Id == id).Select(user => new
        {
            user.Email,
            user.DisplayName,
            Roles = db.UserRoles.Where(ur => ur.UserId == id).Join(db.Roles, ur => ur.RoleId, role => role.Id, (_, role) => role.Name!).ToList(),
            Permissions = db.UserRoles.Where(ur => ur.UserId == id)
                .Join(db.RoleClaims.Where(claim => claim.ClaimType == Role.PermissionClaim), ur => ur.RoleId, claim => claim.RoleId, (_, claim) => claim.ClaimValue!)
                .Distinct().ToList(),
        }).SingleOrDefaultAsync(cancel);
        return found is null ? null : new(id, found.Email!, found.DisplayName, [.. found.Roles.Order(StringComparer.Ordinal)],
            [.. found.Permissions.Order(StringComparer.Ordinal)]);
    }
}
