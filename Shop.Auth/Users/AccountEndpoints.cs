using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

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
        me.MapPut("/password", ChangePasswordAsync).WithName("ChangePassword")
            .WithSummary("Changes the password, signs the caller out everywhere but here, and takes back all refresh tokens")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        me.MapDelete("", DeleteAsync).WithName("DeleteAccount")
            .WithSummary("Deletes the account and what is known of its person; their orders stay, without a name")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    private static async Task<Results<Ok<Account>, ChallengeHttpResult>> GetAsync(ClaimsPrincipal user, AuthDb db, CancellationToken cancel) =>
        await Account.ReadAsync(db, user.Id(), cancel) is { } account
            ? TypedResults.Ok(account)
            // The token outlived the account.
            : SessionEndpoints.SignInAgain();

    private static async Task<Results<Ok<Account>, ChallengeHttpResult, ProblemHttpResult>> RenameAsync(
        ChangeAccountRequest request, ClaimsPrincipal user, AuthDb db, CancellationToken cancel)
    {
        var (id, name) = (user.Id(), DisplayName.Clean(request.DisplayName));
        if (DisplayName.Fault(name) is { } fault)
        {
            return Problems.Validation(new Dictionary<string, string[]> { ["displayName"] = [fault] });
        }
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.DisplayName, name).SetProperty(u => u.NormalizedDisplayName, DisplayName.Normalize(name)), cancel);
        return await Account.ReadAsync(db, id, cancel) is { } account ? TypedResults.Ok(account) : SessionEndpoints.SignInAgain();
    }

    private static async Task<Results<NoContent, ChallengeHttpResult, ProblemHttpResult>> ChangePasswordAsync(
        ChangePasswordRequest request, ClaimsPrincipal user, OwnAccount own, AuthDb db, CancellationToken cancel)
    {
        if (await Account.ReadAsync(db, user.Id(), cancel) is not { } account)
        {
            return SessionEndpoints.SignInAgain();
        }
        if (Password.Fault(request.New, account.Email, account.DisplayName) is { } fault)
        {
            return Problems.Validation(new Dictionary<string, string[]> { ["new"] = [fault] });
        }
        return await own.ChangePasswordAsync(account.Id, user.Session(), request.Current, request.New, cancel)
            ? TypedResults.NoContent()
            : Problems.Validation(new Dictionary<string, string[]> { ["current"] = ["Is not the password."] });
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        [FromBody] DeleteAccountRequest request, ClaimsPrincipal user, OwnAccount own, CancellationToken cancel) =>
        await own.DeleteAsync(user.Id(), request.Password, cancel) switch
        {
            Deletion.Done => TypedResults.NoContent(),
            Deletion.LastAdmin => Admins.LastAdmin(),
            _ => Problems.Validation(new Dictionary<string, string[]> { ["password"] = ["Is not the password."] }),
        };
}

/// <param name="DisplayName">The new name; access tokens have it from the next refresh on.</param>
internal sealed record ChangeAccountRequest(string DisplayName);

/// <param name="Current">The present password.</param>
/// <param name="New">15 to 256 characters, any; not one of those that everybody tries.</param>
internal sealed record ChangePasswordRequest(string Current, string New);

/// <param name="Password">The present password.</param>
internal sealed record DeleteAccountRequest(string Password);
