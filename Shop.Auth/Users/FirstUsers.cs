using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Users;

/// <summary>
/// Makes the roles to start with where there are none, and, from <c>Admin:Email</c> and <c>Admin:Password</c>, the first admin where it is missing.
/// </summary>
internal sealed class FirstUsers(IServiceScopeFactory scopes, NpgsqlDataSource database, IConfiguration configuration, ILogger<FirstUsers> logger)
    : StartupTask
{
    private const string AdminName = "Admin";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        await AddRolesAsync(scope.ServiceProvider.GetRequiredService<AuthDb>(), cancellationToken);
        await AddAdminAsync(scope.ServiceProvider.GetRequiredService<Registration>(), cancellationToken);
    }

    private static async Task AddRolesAsync(AuthDb db, CancellationToken cancel)
    {
        // Only at first: a role that was deleted does not come back.
        if (!await db.Roles.AnyAsync(cancel))
        {
            foreach (var (name, permissions) in Role.Initial)
            {
                var role = new Role { Name = name, NormalizedName = name.ToUpperInvariant(), ConcurrencyStamp = Guid.NewGuid().ToString() };
                db.Roles.Add(role);
                db.RoleClaims.AddRange(permissions.Select(permission => Permits(role.Id, permission)));
            }
        }
        // What an admin may do grows with the shop.
        else if (await db.Roles.Where(role => role.Name == Role.Admin).Select(role => role.Id).SingleOrDefaultAsync(cancel) is var admin && admin != default)
        {
            var known = await db.RoleClaims.Where(claim => claim.RoleId == admin && claim.ClaimType == Role.PermissionClaim).Select(claim => claim.ClaimValue!).ToListAsync(cancel);
            db.RoleClaims.AddRange(Permissions.All.Except(known).Select(permission => Permits(admin, permission)));
        }
        await db.SaveChangesAsync(cancel);
    }

    private static IdentityRoleClaim<Guid> Permits(Guid role, string permission) => new() { RoleId = role, ClaimType = Role.PermissionClaim, ClaimValue = permission };

    private async Task AddAdminAsync(Registration registration, CancellationToken cancel)
    {
        var (email, password) = (configuration["Admin:Email"] is { } address ? EmailAddress.Clean(address) : null, configuration["Admin:Password"]);
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password))
        {
            logger.LogWarning("Admin:Email and Admin:Password are not both configured, so no admin account is made");
            return;
        }
        if ((EmailAddress.Fault(email) ?? Password.Fault(password, email, AdminName)) is { } fault)
        {
            throw new InvalidOperationException($"Admin:Email or Admin:Password does not do. {fault}");
        }
        if (await registration.CreateAsync(email, password, AdminName, Role.Admin, from: "", cancel) is { } admin)
        {
            logger.LogInformation("The first admin account {Id} is made", admin.Id);
        }
    }
}
