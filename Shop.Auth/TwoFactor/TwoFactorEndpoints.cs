using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.TwoFactor;

/// <summary>The second factor of the caller's own account, and what staff does for those who lost theirs.</summary>
internal static class TwoFactorEndpoints
{
    public static void MapTwoFactor(this IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/me/two-factor").WithTags("Account")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        own.MapPost("", BeginAsync).WithName("BeginTwoFactor")
            .WithSummary("Makes a secret for an authenticator app; codes are asked for once one was given with PUT")
            .ProducesProblem(StatusCodes.Status409Conflict);
        own.MapPut("", TurnOnAsync).WithName("TurnOnTwoFactor")
            .WithSummary("Asks for a code at each sign-in from now on, and signs the caller out everywhere but here")
            .ProducesProblem(StatusCodes.Status409Conflict);
        own.MapDelete("", TurnOffAsync).WithName("TurnOffTwoFactor")
            .WithSummary("Asks for codes no more, and signs the caller out everywhere but here");
        own.MapPost("/recovery-codes", RenewCodesAsync).WithName("RenewRecoveryCodes")
            .WithSummary("Makes new recovery codes; those before are good no more")
            .ProducesProblem(StatusCodes.Status409Conflict);
        app.MapDelete("/users/{id:guid}/two-factor", RemoveAsync).WithName("RemoveUserTwoFactor").WithTags("Users")
            .WithSummary("Lets a user who lost their device sign in with the password alone, and signs them out everywhere")
            .RequirePermission(Permissions.UsersManage)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<TwoFactorSecret>, ProblemHttpResult, ChallengeHttpResult>> BeginAsync(
        PasswordRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancel)
    {
        var (outcome, owner, secret) = await settings.BeginAsync(user.Id(), request.Password, cancel);
        return outcome is Wish.Done ? TypedResults.Ok(TwoFactorSecret.Of(owner!.Email!, secret!)) : Refusal(outcome);
    }

    private static async Task<Results<Ok<RecoveryCodesView>, ProblemHttpResult, ChallengeHttpResult>> TurnOnAsync(
        CodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancel)
    {
        var (outcome, codes) = await settings.TurnOnAsync(user.Id(), user.Session(), request.Code, cancel);
        // The token outlived the account.
        return outcome is Wish.NoSuchUser ? SessionEndpoints.SignInAgain()
            : outcome is Wish.Done ? TypedResults.Ok(new RecoveryCodesView(codes!))
            : Refusal(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> TurnOffAsync(
        [FromBody] PasswordAndCodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancel) =>
        await settings.TurnOffAsync(user.Id(), user.Session(), request.Password, request.Code ?? "", cancel) is var outcome and not Wish.Done
            ? Refusal(outcome)
            : TypedResults.NoContent();

    private static async Task<Results<Ok<RecoveryCodesView>, ProblemHttpResult>> RenewCodesAsync(
        PasswordAndCodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancel)
    {
        var (outcome, codes) = await settings.RenewCodesAsync(user.Id(), request.Password, request.Code ?? "", cancel);
        return outcome is Wish.Done ? TypedResults.Ok(new RecoveryCodesView(codes!)) : Refusal(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Guid id, TwoFactorSettings settings, CancellationToken cancel) =>
        await settings.RemoveAsync(id, session: null, cancel) is Wish.Done ? TypedResults.NoContent() : Problems.NotFound();

    private static ProblemHttpResult Refusal(Wish outcome) => outcome switch
    {
        Wish.IsOn => Problems.Of(StatusCodes.Status409Conflict, "two-factor-on", "Codes are asked for already", "Turn it off first."),
        Wish.IsOff => Problems.Of(StatusCodes.Status409Conflict, "two-factor-off", "Codes are not asked for", "Turn it on first."),
        Wish.WrongCode => Problems.Validation(new Dictionary<string, string[]> { ["code"] = ["Is no code of the account, or was used before."] }),
        _ => Problems.Validation(new Dictionary<string, string[]> { ["password"] = ["Is not the password."] }),
    };
}

/// <param name="Password">The present password.</param>
internal sealed record PasswordRequest(string Password);

/// <param name="Password">The present password.</param>
/// <param name="Code">What the app shows, or a recovery code; needed where codes are asked for.</param>
internal sealed record PasswordAndCodeRequest(string Password, string? Code = null);

/// <param name="Code">What the app shows: six digits.</param>
internal sealed record CodeRequest(string Code);

/// <param name="Secret">For an authenticator app, in base 32. It is not shown again.</param>
/// <param name="Uri">The same for a QR code: six digits, anew each 30 seconds.</param>
internal sealed record TwoFactorSecret(string Secret, string Uri)
{
    public static TwoFactorSecret Of(string email, string secret) =>
        new(secret, $"otpauth://totp/Shop:{System.Uri.EscapeDataString(email)}?secret={secret}&issuer=Shop");
}

/// <param name="RecoveryCodes">Each lets the user in once, in the place of a code. They are not shown again.</param>
internal sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);
