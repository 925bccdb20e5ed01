using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Accounts;

/// <param name="DisplayName">The new name; access tokens have it from the next refresh on.</param>
internal sealed record ChangeAccountRequest(string DisplayName);

internal static class ChangeDisplayName
{
    public static async Task<Results<Ok<Account>, ChallengeHttpResult, ProblemHttpResult>> HandleAsync(
        ChangeAccountRequest request, ClaimsPrincipal user, AuthDb db, CancellationToken cancellationToken)
    {
        var (id, name) = (user.Id(), DisplayName.Clean(request.DisplayName));
        if (DisplayName.Validate(name) is { } error)
            return FieldErrors.Of("displayName", error);
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.DisplayName, name).SetProperty(u => u.NormalizedDisplayName, DisplayName.Normalize(name)), cancellationToken);
        return await Account.ReadAsync(db, id, cancellationToken) is { } account ? TypedResults.Ok(account) : SessionEndpoints.SignInAgain();
    }
}
