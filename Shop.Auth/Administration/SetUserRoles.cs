using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Administration;

/// <param name="Roles">The names of all roles that the user shall have; empty for none.</param>
internal sealed record SetRolesRequest(IReadOnlyList<string> Roles);

internal enum UserChange
{
    Done,
    NoSuchUser,
    UnknownRole,
    LastAdmin,
}

/// <summary>Gives a user exactly the requested roles.</summary>
internal sealed class SetUserRoles(AuthDb db, Admins admins, AuditedTransaction transaction)
{
    private const int MaxRoles = 50;

    private Task<UserChange> RunAsync(Guid id, IReadOnlyCollection<string> names, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await admins.LockAsync(cancellationToken);
        if (!await db.Users.AnyAsync(user => user.Id == id, cancellationToken))
            return (UserChange.NoSuchUser, null);
        var roles = await db.Roles.Where(role => names.Contains(role.Name!)).Select(role => role.Id).ToListAsync(cancellationToken);
        if (roles.Count < names.Distinct().Count())
            return (UserChange.UnknownRole, null);
        if (!names.Contains(Role.Admin) && await admins.IsLastAsync(id, cancellationToken))
            return (UserChange.LastAdmin, new AuditEvent("user.roles", AuditEvent.Refused, id.ToString(), "The last admin."));
        var before = await (from member in db.UserRoles.Where(m => m.UserId == id) join role in db.Roles on member.RoleId equals role.Id select role.Name)
            .ToListAsync(cancellationToken);
        await db.UserRoles.Where(member => member.UserId == id).ExecuteDeleteAsync(cancellationToken);
        db.UserRoles.AddRange(roles.Select(role => new IdentityUserRole<Guid> { UserId = id, RoleId = role }));
        return (UserChange.Done, (AuditEvent?)new AuditEvent("user.roles", AuditEvent.Ok, id.ToString(), $"From {Listed(before)} to {Listed(names)}."));
    }, cancellationToken);

    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> HandleAsync(
        Guid id, SetRolesRequest request, SetUserRoles setRoles, UserSearch users, CancellationToken cancellationToken)
    {
        var outcome = request.Roles.Count > MaxRoles || request.Roles.Contains(null!)
            ? UserChange.UnknownRole
            : await setRoles.RunAsync(id, request.Roles, cancellationToken);
        return await AnswerAsync(outcome, id, users, cancellationToken);
    }

    /// <summary>The user after a change, or why it was not made.</summary>
    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> AnswerAsync(UserChange outcome, Guid id, UserSearch users, CancellationToken cancellationToken) =>
        outcome switch
        {
            UserChange.Done => await FindUsers.GetAsync(id, users, cancellationToken),
            UserChange.LastAdmin => Admins.LastAdmin(),
            UserChange.UnknownRole => FieldErrors.Of("roles", "Must be names of roles that there are, see GET /roles."),
            _ => Problems.NotFound(),
        };

    private static string Listed(IEnumerable<string?> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";
}
