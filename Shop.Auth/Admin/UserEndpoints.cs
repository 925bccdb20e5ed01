using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Admin;

/// <summary>What staff does about users.</summary>
internal static class UserEndpoints
{
    private const int MaxRoles = 50;

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/users").WithTags("Users").RequirePermission(Permissions.UsersManage);
        app.MapGet("/users", ListAsync).WithName("ListUsers").WithTags("Users").RequirePermission(Permissions.UsersManage, Permissions.OrdersRead)
            .WithSummary("Users whose e-mail address or display name begins so, alphabetically; all, newest first, without q. With ids (up to 100, with commas) who these are, which orders.read permits too")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        users.MapGet("/{id:guid}", GetAsync).WithName("GetUser").WithSummary("A user")
            .ProducesProblem(StatusCodes.Status404NotFound);
        users.MapPut("/{id:guid}/roles", SetRolesAsync).WithName("SetUserRoles").WithSummary("Gives the user exactly these roles")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/{id:guid}/lock", LockAsync).WithName("LockUser").WithSummary("Ends the user's sessions and lets them sign in no more")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/{id:guid}/unlock", UnlockAsync).WithName("UnlockUser").WithSummary("Lets the user sign in again")
            .ProducesProblem(StatusCodes.Status404NotFound);
        users.MapDelete("/{id:guid}/sessions", EndSessionsAsync).WithName("EndUserSessions").WithSummary("Signs the user out everywhere, at once")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<UserView>>, Ok<Page<UserName>>, ProblemHttpResult>> ListAsync(
        string? q, string? ids, Paging paging, HttpContext http, LiveAccess access, UserSearch users, AuthDb db, CancellationToken cancel)
    {
        if (!string.IsNullOrEmpty(ids))
        {
            return UserName.Parse(ids) is { } wanted
                ? TypedResults.Ok(new Page<UserName>(await UserName.ReadAsync(db, wanted, cancel), null))
                : Problems.Validation(new Dictionary<string, string[]> { ["ids"] = [$"Must be 1 to {UserName.Most} ids, with commas."] });
        }
        if (!await access.PermitsAsync(http, Permissions.UsersManage))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "forbidden", "The access token does not permit this", "Without ids this needs users.manage.");
        }
        return q?.Length > UserSearch.MaxQuery
            ? Problems.Validation(new Dictionary<string, string[]> { ["q"] = [$"Must have at most {UserSearch.MaxQuery} characters."] })
            : TypedResults.Ok(await users.ListAsync(q?.Trim(), paging, cancel));
    }

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> GetAsync(Guid id, UserSearch users, CancellationToken cancel) =>
        await users.FindAsync(id, cancel) is { } user ? TypedResults.Ok(user) : Problems.NotFound();

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> SetRolesAsync(
        Guid id, SetRolesRequest request, UserAdministration administration, UserSearch users, CancellationToken cancel) =>
        request.Roles.Count > MaxRoles || request.Roles.Contains(null!)
            ? UnknownRole()
            : await AnswerAsync(await administration.SetRolesAsync(id, request.Roles, cancel), id, users, cancel);

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> LockAsync(
        Guid id, UserAdministration administration, UserSearch users, CancellationToken cancel) =>
        await AnswerAsync(await administration.LockAsync(id, cancel), id, users, cancel);

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> UnlockAsync(
        Guid id, UserAdministration administration, UserSearch users, CancellationToken cancel) =>
        await AnswerAsync(await administration.UnlockAsync(id, cancel), id, users, cancel);

    private static async Task<Results<NoContent, ProblemHttpResult>> EndSessionsAsync(
        Guid id, UserAdministration administration, CancellationToken cancel) =>
        await administration.EndSessionsAsync(id, cancel) is Outcome.Done ? TypedResults.NoContent() : Problems.NotFound();

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> AnswerAsync(Outcome outcome, Guid id, UserSearch users, CancellationToken cancel) =>
        outcome switch
        {
            Outcome.Done => await GetAsync(id, users, cancel),
            Outcome.LastAdmin => Admins.LastAdmin(),
            Outcome.UnknownRole => UnknownRole(),
            _ => Problems.NotFound(),
        };

    private static ProblemHttpResult UnknownRole() =>
        Problems.Validation(new Dictionary<string, string[]> { ["roles"] = ["Must be names of roles that there are, see GET /roles."] });
}

/// <param name="Roles">The names of all roles that the user shall have; empty: none.</param>
internal sealed record SetRolesRequest(IReadOnlyList<string> Roles);
