using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Administration;

internal static class AdministrationExtensions
{
    public static void AddAdministration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UserSearch>();
        builder.Services.AddScoped<Roles>();
        builder.Services.AddScoped<SetUserRoles>();
        builder.Services.AddScoped<LockUser>();
    }

    public static void MapAdministration(this IEndpointRouteBuilder app)
    {
        app.MapGet("/users", FindUsers.ListAsync).WithName("ListUsers").WithTags("Users").RequirePermission(Permissions.UsersManage, Permissions.OrdersRead)
            .WithSummary("Users whose e-mail address or display name begins so, alphabetically; all, newest first, without q. With ids (up to 100, with commas) or an exact email who these are, which orders.read permits too")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        var users = app.MapGroup("/users/{id:guid}").WithTags("Users").RequirePermission(Permissions.UsersManage)
            .ProducesProblem(StatusCodes.Status404NotFound);
        users.MapGet("", FindUsers.GetAsync).WithName("GetUser").WithSummary("A user");
        users.MapPut("/roles", SetUserRoles.HandleAsync).WithName("SetUserRoles").WithSummary("Gives the user exactly these roles")
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/lock", LockUser.HandleLockAsync).WithName("LockUser").WithSummary("Ends the user's sessions and keeps them from signing in")
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/unlock", LockUser.HandleUnlockAsync).WithName("UnlockUser").WithSummary("Lets the user sign in again");
        users.MapGet("/sessions", SessionsOfUser.ListAsync).WithName("ListUserSessions").WithSummary("Where the user is signed in, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        users.MapDelete("/sessions/{session:guid}", SessionsOfUser.EndAsync).WithName("EndUserSession").WithSummary("Signs the user out there, at once");
        users.MapDelete("/sessions", SessionsOfUser.EndAllAsync).WithName("EndUserSessions").WithSummary("Signs the user out everywhere, at once");
        users.MapDelete("/two-factor", LockUser.HandleRemoveTwoFactorAsync).WithName("RemoveUserTwoFactor")
            .WithSummary("Lets a user who lost their device sign in with the password alone, and signs them out everywhere");

        var roles = app.MapGroup("/roles").WithTags("Roles").RequirePermission(Permissions.UsersManage);
        roles.MapGet("", Roles.ListAsync).WithName("ListRoles").WithSummary("The roles and what they permit, alphabetically")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        roles.MapPut("/{name}", Roles.HandleSetAsync).WithName("SetRole").WithSummary("Says what a role permits; makes the role if there is none of this name")
            .ProducesProblem(StatusCodes.Status409Conflict);
        roles.MapDelete("/{name}", Roles.HandleDeleteAsync).WithName("DeleteRole").WithSummary("Removes a role, and takes it from all who have it")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }
}
