using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Admin;

/// <summary>What roles permit.</summary>
internal static partial class RoleEndpoints
{
    public static void MapRoles(this IEndpointRouteBuilder app)
    {
        var roles = app.MapGroup("/roles").WithTags("Roles").RequirePermission(Permissions.UsersManage);
        roles.MapGet("", ListAsync).WithName("ListRoles").WithSummary("The roles and what they permit, alphabetically")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        roles.MapPut("/{name}", SetAsync).WithName("SetRole").WithSummary("Says what a role permits; makes the role if there is none of this name")
            .ProducesProblem(StatusCodes.Status409Conflict);
        roles.MapDelete("/{name}", DeleteAsync).WithName("DeleteRole").WithSummary("Removes a role, and takes it from all who have it")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<Page<RoleView>>> ListAsync(Paging paging, AuthDb db, CancellationToken cancel)
    {
        var roles = db.Roles.AsNoTracking();
        if (paging.After<Position>() is { } after)
        {
            roles = roles.Where(role => role.Name!.CompareTo(after.Name) > 0);
        }
        var rows = await roles.OrderBy(role => role.Name).Take(paging.Fetch)
            .Select(role => new RoleView(role.Name!, db.RoleClaims.Where(claim => claim.RoleId == role.Id && claim.ClaimType == Role.PermissionClaim)
                .Select(claim => claim.ClaimValue!).OrderBy(permission => permission).ToList()))
            .ToListAsync(cancel);
        return TypedResults.Ok(Page.Of(rows, paging, role => new Position(role.Name)));
    }

    private static async Task<Results<Ok<RoleView>, Created<RoleView>, ProblemHttpResult>> SetAsync(
        string name, SetRoleRequest request, AuthDb db, Admins admins, Change change, CancellationToken cancel)
    {
        if (!Name().IsMatch(name))
        {
            return Problems.Validation(new Dictionary<string, string[]> { ["name"] = ["Must be 1 to 50 lower-case letters, digits and hyphens."] });
        }
        if (request.Permissions.Except(Permissions.All).Any())
        {
            return Problems.Validation(new Dictionary<string, string[]> { ["permissions"] = [$"Must be some of {string.Join(", ", Permissions.All)}."] });
        }
        if (name == Role.Admin)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "admin-role", "The role admin permits everything, and that cannot be changed");
        }
        var role = new RoleView(name, [.. request.Permissions.Distinct().Order(StringComparer.Ordinal)]);
        return await change.MakeAsync(() => SaveAsync(db, admins, role, cancel), cancel) ? TypedResults.Created((string?)null, role) : TypedResults.Ok(role);
    }

    /// <summary>True when the role was made.</summary>
    private static async Task<(bool, AuditEvent?)> SaveAsync(AuthDb db, Admins admins, RoleView role, CancellationToken cancel)
    {
        // So that it is not deleted between here and there.
        await admins.TakeTurnAsync(cancel);
        var made = new Role { Name = role.Name, NormalizedName = role.Name.ToUpperInvariant() };
        var isNew = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO roles (id, name, normalized_name, concurrency_stamp) VALUES ({made.Id}, {made.Name}, {made.NormalizedName}, {made.ConcurrencyStamp})
            ON CONFLICT (normalized_name) DO NOTHING
            """, cancel) == 1;
        // Locked, so that two changes of one role do not end as the sum of both.
        var id = (await db.Database.SqlQuery<Guid>($"SELECT id FROM roles WHERE normalized_name = {made.NormalizedName} FOR NO KEY UPDATE")
            .ToListAsync(cancel)).Single();
        var claims = db.RoleClaims.Where(claim => claim.RoleId == id && claim.ClaimType == Role.PermissionClaim);
        var before = await claims.Select(claim => claim.ClaimValue).ToListAsync(cancel);
        await claims.ExecuteDeleteAsync(cancel);
        db.RoleClaims.AddRange(role.Permissions.Select(permission => new IdentityRoleClaim<Guid>
        {
            RoleId = id,
            ClaimType = Role.PermissionClaim,
            ClaimValue = permission,
        }));
        return (isNew, new("role.permissions", AuditEvent.Ok, role.Name, $"From {Listed(before)} to {Listed(role.Permissions)}."));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name, AuthDb db, Admins admins, Change change, CancellationToken cancel)
    {
        if (name is Role.Admin or Role.Customer)
        {
            return Problems.Of(StatusCodes.Status409Conflict, name + "-role", $"The role {name} cannot be deleted", "The shop cannot do without it.");
        }
        return await change.MakeAsync(async () =>
        {
            // In turn with those who give roles: nobody gets one that goes.
            await admins.TakeTurnAsync(cancel);
            var held = await db.UserRoles.CountAsync(member => db.Roles.Any(role => role.Id == member.RoleId && role.Name == name), cancel);
            return await db.Roles.Where(role => role.Name == name).ExecuteDeleteAsync(cancel) == 1
                ? (true, new AuditEvent("role.delete", AuditEvent.Ok, name, $"Taken from {held} users."))
                : (false, (AuditEvent?)null);
        }, cancel) ? TypedResults.NoContent() : Problems.NotFound();
    }

    private static string Listed(IEnumerable<string?> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "nothing";

    [GeneratedRegex(@"^[a-z0-9-]{1,50}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    private sealed record Position(string Name);
}

/// <param name="Name">The role's name.</param>
/// <param name="Permissions">What it permits, sorted.</param>
internal sealed record RoleView(string Name, IReadOnlyList<string> Permissions);

/// <param name="Permissions">All that the role shall permit; empty: nothing.</param>
internal sealed record SetRoleRequest(IReadOnlyList<string> Permissions);
