using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Auth.Accounts.Passwords;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Accounts;

/// <summary>
/// Creates the initial roles when there are none, and the first admin from <c>Admin:Email</c> and <c>Admin:Password</c> when that account is missing.
/// </summary>
internal sealed class InitialAccounts(IServiceScopeFactory scopes, NpgsqlDataSource database, IConfiguration configuration, ILogger<InitialAccounts> logger)
    : StartupTask
{
    private const string AdminName = "Admin";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var held = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        await AddRolesAsync(scope.ServiceProvider.GetRequiredService<AuthDb>(), cancellationToken);
        await AddAdminAsync(scope.ServiceProvider.GetRequiredService<Registration>(), cancellationToken);
    }

    private static async Task AddRolesAsync(AuthDb db, CancellationToken cancellationToken)
    {
        // Only in an empty database: deleted roles do not come back.
        if (!await db.Roles.AnyAsync(cancellationToken))
        {
            foreach (var (name, permissions) in Role.Initial)
            {
                var role = new Role { Name = name, NormalizedName = name.ToUpperInvariant(), ConcurrencyStamp = Guid.NewGuid().ToString() };
                db.Roles.Add(role);
                db.RoleClaims.AddRange(permissions.Select(permission => Permits(role.Id, permission)));
            }
        }
        // New permissions are given to the admin role.
        else if (await db.Roles.Where(role => role.Name == Role.Admin).Select(role => role.Id).SingleOrDefaultAsync(cancellationToken) is var admin && admin != default)
        {
            var known = await db.RoleClaims.Where(claim => claim.RoleId == admin && claim.ClaimType == Role.PermissionClaim).Select(claim => claim.ClaimValue!).ToListAsync(cancellationToken);
            db.RoleClaims.AddRange(Permissions.All.Except(known).Select(permission => Permits(admin, permission)));
        }
        await db.SaveChangesAsync(cancellationToken);
    }

    private static IdentityRoleClaim<Guid> Permits(Guid role, string permission) => new() { RoleId = role, ClaimType = Role.PermissionClaim, ClaimValue = permission };

    private async Task AddAdminAsync(Registration registration, CancellationToken cancellationToken)
    {
        var (email, password) = (configuration["Admin:Email"] is { } address ? EmailAddress.Clean(address) : null, configuration["Admin:Password"]);
        if (string.IsNullOrEmpty(email) || string.IsNullOrEmpty(password))
        {
            logger.LogWarning("Admin:Email and Admin:Password are not both configured, so no admin account is created");
            return;
        }
        if ((EmailAddress.Validate(email) ?? Password.Validate(password, email, AdminName)) is { } error)
            throw new InvalidOperationException($"Admin:Email or Admin:Password is not acceptable. {error}");
        if (await registration.CreateAsync(email, password, AdminName, Role.Admin, from: "", cancellationToken) is { } admin)
            logger.LogInformation("Created the first admin account {Id}", admin.Id);
    }
}
