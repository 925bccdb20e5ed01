using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Admin;

/// <summary>What became of a change to a user.</summary>
internal enum Outcome
{
    Done,
    NoSuchUser,
    UnknownRole,
    LastAdmin,
}

/// <summary>Changes what users may do. All of it takes effect at once where it matters, see <see cref="LiveAccess"/>.</summary>
internal sealed class UserAdministration(AuthDb db, Admins admins, UserSessions sessions, Change change)
{
    /// <summary>Gives the user exactly these roles.</summary>
    public Task<Outcome> SetRolesAsync(Guid id, IReadOnlyCollection<string> names, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        await admins.TakeTurnAsync(cancel);
        if (!await db.Users.AnyAsync(user => user.Id == id, cancel))
        {
            return (Outcome.NoSuchUser, null);
        }
        var roles = await db.Roles.Where(role => names.Contains(role.Name!)).Select(role => role.Id).ToListAsync(cancel);
        if (roles.Count < names.Distinct().Count())
        {
            return (Outcome.UnknownRole, null);
        }
        if (!names.Contains(Role.Admin) && await admins.IsLastAsync(id, cancel))
        {
            return (Outcome.LastAdmin, Record("user.roles", AuditEvent.Refused, id, "The last admin."));
        }
        var before = await (from member in db.UserRoles.Where(m => m.UserId == id) join role in db.Roles on member.RoleId equals role.Id select role.Name)
            .ToListAsync(cancel);
        await db.UserRoles.Where(member => member.UserId == id).ExecuteDeleteAsync(cancel);
        db.UserRoles.AddRange(roles.Select(role => new Microsoft.AspNetCore.Identity.IdentityUserRole<Guid> { UserId = id, RoleId = role }));
        return (Outcome.Done, Record("user.roles", AuditEvent.Ok, id, $"From {Listed(before)} to {Listed(names)}."));
    }, cancel);

    /// <summary>Locks the user out, and ends their sessions.</summary>
    public Task<Outcome> LockAsync(Guid id, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        await admins.TakeTurnAsync(cancel);
        if (await admins.IsLastAsync(id, cancel))
        {
            return (Outcome.LastAdmin, Record("user.lock", AuditEvent.Refused, id, "The last admin."));
        }
        // The new stamp also ends what a sign-in that is under way makes yet.
        var stamp = Guid.NewGuid().ToString("N");
        var locked = await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(user => user.LockoutEnabled, true)
            .SetProperty(user => user.LockoutEnd, DateTimeOffset.MaxValue)
            .SetProperty(user => user.SecurityStamp, stamp), cancel);
        await sessions.EndAllAsync(id, except: null, cancel);
        return locked == 0 ? (Outcome.NoSuchUser, null) : (Outcome.Done, Record("user.lock", AuditEvent.Ok, id));
    }, cancel);

    /// <summary>Lets the user sign in again.</summary>
    public Task<Outcome> UnlockAsync(Guid id, CancellationToken cancel) => change.MakeAsync(async () =>
        await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(user => user.LockoutEnd, (DateTimeOffset?)null)
            .SetProperty(user => user.AccessFailedCount, 0), cancel) == 0
            ? (Outcome.NoSuchUser, null)
            : (Outcome.Done, Record("user.unlock", AuditEvent.Ok, id)), cancel);

    /// <summary>Ends all sessions of the user.</summary>
    public Task<Outcome> EndSessionsAsync(Guid id, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        if (!await db.Users.AnyAsync(user => user.Id == id, cancel))
        {
            return (Outcome.NoSuchUser, null);
        }
        var ended = await sessions.EndAllAsync(id, except: null, cancel);
        return (Outcome.Done, Record("session.end", AuditEvent.Ok, id, $"All: {ended}."));
    }, cancel);

    // The type says that there may be none, which the compiler cannot see in a tuple.
    private static AuditEvent? Record(string action, string outcome, Guid user, string? detail = null) => new(action, outcome, user.ToString(), detail);

    private static string Listed(IEnumerable<string?> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";
}
