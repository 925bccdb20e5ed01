using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Users;

/// <summary>What a user sees of their own account.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address, as registered.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
/// <param name="Roles">The names of the user's roles, sorted.</param>
/// <param name="Permissions">What the roles permit together, sorted.</param>
/// <param name="TwoFactor">Whether a code is asked for beside the password.</param>
/// <param name="EmailVerified">Whether a mail that went to the address was answered.</param>
internal sealed record Account(
    Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions, bool TwoFactor, bool EmailVerified)
{
    /// <summary>Reads the account with its present roles; null when there is no such user.</summary>
    public static async Task<Account?> ReadAsync(AuthDb db, Guid id, CancellationToken cancel)
    {
        // One row for each role and permission.
        var rows = await (
            from user in db.Users.Where(u => u.Id == id)
            from member in db.UserRoles.Where(ur => ur.UserId == user.Id).DefaultIfEmpty()
            from role in db.Roles.Where(r => r.Id == member!.RoleId).DefaultIfEmpty()
            from claim in db.RoleClaims.Where(c => c.RoleId == role!.Id && c.ClaimType == Role.PermissionClaim).DefaultIfEmpty()
            select new { user.Email, user.DisplayName, user.TwoFactorEnabled, user.EmailConfirmed, Role = role!.Name, Permission = claim!.ClaimValue }).ToListAsync(cancel);
        return rows is [var first, ..]
            ? new(id, first.Email!, first.DisplayName, Sorted(rows.Select(row => row.Role)), Sorted(rows.Select(row => row.Permission)), first.TwoFactorEnabled, first.EmailConfirmed)
            : null;
    }

    private static string[] Sorted(IEnumerable<string?> values) => [.. values.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
}
