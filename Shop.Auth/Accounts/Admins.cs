using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts;

/// <summary>Ensures that there is always an admin who can sign in: nobody else could appoint one.</summary>
internal sealed class Admins(AuthDb db, TimeProvider clock)
{
    /// <summary>
    /// Serializes transactions that remove an admin, until the end of this one. Otherwise two that each demote one of two admins
    /// would both still see the other.
    /// </summary>
    public Task LockAsync(CancellationToken cancellationToken) =>
        // Not FOR UPDATE, which would also block those who are given a role.
        db.Database.ExecuteSqlAsync($"SELECT FROM roles WHERE name = {Role.Admin} FOR NO KEY UPDATE", cancellationToken);

    /// <summary>Whether the user is an admin and no other admin can sign in. Call <see cref="LockAsync"/> first.</summary>
    public async Task<bool> IsLastAsync(Guid user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var admins = db.UserRoles.Where(member => db.Roles.Any(role => role.Id == member.RoleId && role.Name == Role.Admin));
        return await admins.AnyAsync(admin => admin.UserId == user, cancellationToken)
            && !await admins.AnyAsync(admin => admin.UserId != user
                && db.Users.Any(other => other.Id == admin.UserId && (other.LockoutEnd == null || other.LockoutEnd < now)), cancellationToken);
    }

    /// <summary>409: nobody would be left to manage users.</summary>
    public static ProblemHttpResult LastAdmin() => Problems.Of(
        StatusCodes.Status409Conflict, "last-admin", "The last admin cannot be locked, demoted or deleted", "Make another user an admin first.");
}
