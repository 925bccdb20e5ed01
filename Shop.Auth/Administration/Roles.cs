using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Administration;

/// <param name="Name">The role's name.</param>
/// <param name="Permissions">What it permits, sorted.</param>
internal sealed record RoleView(string Name, IReadOnlyList<string> Permissions);

/// <param name="Permissions">All permissions that the role shall have; empty for none.</param>
internal sealed record SetRoleRequest(IReadOnlyList<string> Permissions);

/// <summary>Lists, changes and deletes roles.</summary>
internal sealed partial class Roles(AuthDb db, Admins admins, AuditedTransaction transaction)
{
    public static async Task<Ok<Page<RoleView>>> ListAsync(Paging paging, AuthDb db, CancellationToken cancellationToken)
    {
        var roles = db.Roles.AsNoTracking();
        if (paging.After<Position>() is { } after)
            roles = roles.Where(role => role.Name!.CompareTo(after.Name) > 0);
        var rows = await roles.OrderBy(role => role.Name).Take(paging.Fetch)
            .Select(role => new RoleView(role.Name!, db.RoleClaims.Where(claim => claim.RoleId == role.Id && claim.ClaimType == Role.PermissionClaim)
                .Select(claim => claim.ClaimValue!).OrderBy(permission => permission).ToList()))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, paging, role => new Position(role.Name)));
    }

    public static async Task<Results<Ok<RoleView>, Created<RoleView>, ProblemHttpResult>> HandleSetAsync(
        string name, SetRoleRequest request, Roles roles, CancellationToken cancellationToken)
    {
        if (!Name().IsMatch(name))
            return FieldErrors.Of("name", "Must be 1 to 50 lower-case letters, digits and hyphens.");
        if (request.Permissions.Except(Permissions.All).Any())
            return FieldErrors.Of("permissions", $"Must be some of {string.Join(", ", Permissions.All)}.");
        if (name == Role.Admin)
            return Problems.Of(StatusCodes.Status409Conflict, "admin-role", "The role admin permits everything, and that cannot be changed");
        var role = new RoleView(name, [.. request.Permissions.Distinct().Order(StringComparer.Ordinal)]);
        return await roles.SetAsync(role, cancellationToken) ? TypedResults.Created((string?)null, role) : TypedResults.Ok(role);
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleDeleteAsync(string name, Roles roles, CancellationToken cancellationToken)
    {
        if (name is Role.Admin or Role.Customer)
            return Problems.Of(StatusCodes.Status409Conflict, name + "-role", $"The role {name} cannot be deleted", "The shop cannot do without it.");
        return await roles.DeleteAsync(name, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound();
    }

    /// <summary>True when the role is new.</summary>
    private Task<bool> SetAsync(RoleView role, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        // So that the role is not deleted between the two statements.
        await admins.LockAsync(cancellationToken);
        var made = new Role { Name = role.Name, NormalizedName = role.Name.ToUpperInvariant() };
        var isNew = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO roles (id, name, normalized_name, concurrency_stamp) VALUES ({made.Id}, {made.Name}, {made.NormalizedName}, {made.ConcurrencyStamp})
            ON CONFLICT (normalized_name) DO NOTHING
            """, cancellationToken) == 1;
        // Locked, so that two concurrent changes do not end as the union of both.
        var id = (await db.Database.SqlQuery<Guid>($"SELECT id FROM roles WHERE normalized_name = {made.NormalizedName} FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken)).Single();
        var claims = db.RoleClaims.Where(claim => claim.RoleId == id && claim.ClaimType == Role.PermissionClaim);
        var before = await claims.Select(claim => claim.ClaimValue).ToListAsync(cancellationToken);
        await claims.ExecuteDeleteAsync(cancellationToken);
        db.RoleClaims.AddRange(role.Permissions.Select(permission => new IdentityRoleClaim<Guid>
        {
            RoleId = id,
            ClaimType = Role.PermissionClaim,
            ClaimValue = permission,
        }));
        return (isNew, (AuditEvent?)new AuditEvent("role.permissions", AuditEvent.Ok, role.Name, $"From {Listed(before)} to {Listed(role.Permissions)}."));
    }, cancellationToken);

    private Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        // So that nobody is given the role at the same time.
        await admins.LockAsync(cancellationToken);
        var held = await db.UserRoles.CountAsync(member => db.Roles.Any(role => role.Id == member.RoleId && role.Name == name), cancellationToken);
        return await db.Roles.Where(role => role.Name == name).ExecuteDeleteAsync(cancellationToken) == 1
            ? (true, new AuditEvent("role.delete", AuditEvent.Ok, name, $"Taken from {held} users."))
            : (false, (AuditEvent?)null);
    }, cancellationToken);

    private static string Listed(IEnumerable<string?> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "nothing";

    [GeneratedRegex(@"^[a-z0-9-]{1,50}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    private sealed record Position(string Name);
}
