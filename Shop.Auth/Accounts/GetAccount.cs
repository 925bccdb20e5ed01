using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Accounts;

/// <summary>A user's own account.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address, as registered.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
/// <param name="Roles">The names of the user's roles, sorted.</param>
/// <param name="Permissions">What the roles permit together, sorted.</param>
/// <param name="TwoFactor">Whether signing in takes a code as well as the password.</param>
/// <param name="EmailVerified">Whether the user confirmed the address through a mailed link.</param>
internal sealed record Account(
    Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions, bool TwoFactor, bool EmailVerified)
{
    /// <summary>Reads the account with its current roles; null when there is no such user.</summary>
    public static async Task<Account?> ReadAsync(AuthDb db, Guid id, CancellationToken cancellationToken)
    {
        // One row for each role and permission.
        var rows = await (
            from user in db.Users.Where(u => u.Id == id)
            from member in db.UserRoles.Where(ur => ur.UserId == user.Id).DefaultIfEmpty()
            from role in db.Roles.Where(r => r.Id == member!.RoleId).DefaultIfEmpty()
            from claim in db.RoleClaims.Where(c => c.RoleId == role!.Id && c.ClaimType == Role.PermissionClaim).DefaultIfEmpty()
            select new { user.Email, user.DisplayName, user.TwoFactorEnabled, user.EmailConfirmed, Role = role!.Name, Permission = claim!.ClaimValue }).ToListAsync(cancellationToken);
        return rows is [var first, ..]
            ? new(id, first.Email!, first.DisplayName, Sorted(rows.Select(row => row.Role)), Sorted(rows.Select(row => row.Permission)), first.TwoFactorEnabled, first.EmailConfirmed)
            : null;
    }

    public static async Task<Results<Ok<Account>, ChallengeHttpResult>> GetAsync(ClaimsPrincipal user, AuthDb db, CancellationToken cancellationToken) =>
        await ReadAsync(db, user.Id(), cancellationToken) is { } account
            ? TypedResults.Ok(account)
            // The token outlived the account.
            : SessionEndpoints.SignInAgain();

    private static string[] Sorted(IEnumerable<string?> values) => [.. values.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
}
