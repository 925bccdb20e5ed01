using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>Sees to it that there always is an admin who can sign in: nobody else could make one.</summary>
internal sealed class Admins(AuthDb db, TimeProvider clock)
{
    /// <summary>
    /// Waits until no other transaction takes an admin away, and keeps others waiting until this one ends. Two that each demote one of two admins
    /// would otherwise both see the other.
    /// </summary>
    public Task TakeTurnAsync(CancellationToken cancel) =>
        // Not FOR UPDATE: that would also stop those who are given a role.
        db.Database.ExecuteSqlAsync($"SELECT FROM roles WHERE name = {Role.Admin} FOR NO KEY UPDATE", cancel);

    /// <summary>Whether the user is an admin, and no other admin can sign in. Ask it in turn.</summary>
    public async Task<bool> IsLastAsync(Guid user, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var admins = db.UserRoles.Where(member => db.Roles.Any(role => role.Id == member.RoleId && role.Name == Role.Admin));
        return await admins.AnyAsync(admin => admin.UserId == user, cancel)
            && !await admins.AnyAsync(admin => admin.UserId != user
                && db.Users.Any(other => other.Id == admin.UserId && (other.LockoutEnd == null || other.LockoutEnd < now)), cancel);
    }

    /// <summary>409: nobody would be left to manage users.</summary>
    public static ProblemHttpResult LastAdmin() => Problems.Of(
        StatusCodes.Status409Conflict, "last-admin", "The last admin cannot be locked, demoted or deleted", "Make another user an admin first.");
}
