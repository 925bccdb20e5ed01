using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Auth.Users;

/// <summary>The caller's own account.</summary>
internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/me").WithTags("Account");
        me.MapGet("", GetAsync).WithName("GetAccount").WithSummary("The caller's account, with its present roles");
        me.MapPatch("", RenameAsync).WithName("ChangeAccount").WithSummary("Changes what the caller is called")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<Account>, ChallengeHttpResult>> GetAsync(ClaimsPrincipal user, AuthDb db, CancellationToken cancel) =>
        await Account.ReadAsync(db, user.Id(), cancel) is { } account
            ? TypedResults.Ok(account)
            // The token outlived the account.
            : TypedResults.Challenge();

    private static async Task<Results<Ok<Account>, ChallengeHttpResult, ProblemHttpResult>> RenameAsync(
        ChangeAccountRequest request, ClaimsPrincipal user, AuthDb db, CancellationToken cancel)
    {
        var (id, name) = (user.Id(), request.DisplayName.Trim());
        if (DisplayName.Fault(name) is { } fault)
        {
            return Problems.Validation(new Dictionary<string, string[]> { ["displayName"] = [fault] });
        }
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisplayName, name), cancel);
        return await Account.ReadAsync(db, id, cancel) is { } account ? TypedResults.Ok(account) : TypedResults.Challenge();
    }
}

/// <param name="DisplayName">The new name; access tokens have it from the next refresh on.</param>
internal sealed record ChangeAccountRequest(string DisplayName);
