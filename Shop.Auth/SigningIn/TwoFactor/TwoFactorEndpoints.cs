using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn.TwoFactor;

/// <summary>The second factor of the caller's own account.</summary>
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
            .WithSummary("Stops asking for codes, and signs the caller out everywhere but here");
        own.MapPost("/recovery-codes", RenewCodesAsync).WithName("RenewRecoveryCodes")
            .WithSummary("Makes new recovery codes; the previous ones are no longer valid")
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<TwoFactorSecret>, ProblemHttpResult, ChallengeHttpResult>> BeginAsync(
        PasswordRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancellationToken)
    {
        var (outcome, owner, secret) = await settings.BeginAsync(user.Id(), request.Password, cancellationToken);
        return outcome is TwoFactorOutcome.Done ? TypedResults.Ok(TwoFactorSecret.Of(owner!.Email!, secret!)) : Refusal(outcome);
    }

    private static async Task<Results<Ok<RecoveryCodesView>, ProblemHttpResult, ChallengeHttpResult>> TurnOnAsync(
        CodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancellationToken)
    {
        var (outcome, codes) = await settings.TurnOnAsync(user.Id(), user.Session(), request.Code, cancellationToken);
        // The token outlived the account.
        return outcome is TwoFactorOutcome.NoSuchUser ? SessionEndpoints.SignInAgain()
            : outcome is TwoFactorOutcome.Done ? TypedResults.Ok(new RecoveryCodesView(codes!))
            : Refusal(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> TurnOffAsync(
        [FromBody] PasswordAndCodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancellationToken) =>
        await settings.TurnOffAsync(user.Id(), user.Session(), request.Password, request.Code ?? "", cancellationToken) is var outcome and not TwoFactorOutcome.Done
            ? Refusal(outcome)
            : TypedResults.NoContent();

    private static async Task<Results<Ok<RecoveryCodesView>, ProblemHttpResult>> RenewCodesAsync(
        PasswordAndCodeRequest request, ClaimsPrincipal user, TwoFactorSettings settings, CancellationToken cancellationToken)
    {
        var (outcome, codes) = await settings.RenewCodesAsync(user.Id(), request.Password, request.Code ?? "", cancellationToken);
        return outcome is TwoFactorOutcome.Done ? TypedResults.Ok(new RecoveryCodesView(codes!)) : Refusal(outcome);
    }

    private static ProblemHttpResult Refusal(TwoFactorOutcome outcome) => outcome switch
    {
        TwoFactorOutcome.AlreadyOn => Problems.Of(StatusCodes.Status409Conflict, "two-factor-on", "Codes are asked for already", "Turn it off first."),
        TwoFactorOutcome.AlreadyOff => Problems.Of(StatusCodes.Status409Conflict, "two-factor-off", "Codes are not asked for", "Turn it on first."),
        TwoFactorOutcome.WrongCode => FieldErrors.Of("code", "Is no code of the account, or was used before."),
        _ => FieldErrors.Of("password", Reauthentication.WrongPassword),
    };
}

/// <param name="Password">The current password.</param>
internal sealed record PasswordRequest(string Password);

/// <param name="Password">The current password.</param>
/// <param name="Code">A code from the app, or a recovery code; required when the second factor is on.</param>
internal sealed record PasswordAndCodeRequest(string Password, string? Code = null);

/// <param name="Code">Six digits from the app.</param>
internal sealed record CodeRequest(string Code);

/// <param name="Secret">For an authenticator app, in base 32. It is not shown again.</param>
/// <param name="Uri">The same for a QR code: six digits every 30 seconds.</param>
internal sealed record TwoFactorSecret(string Secret, string Uri)
{
    /// <summary>Whether a text has the form of a secret.</summary>
    public static bool IsSecret(string text) => text.Length is >= 16 and <= 64 && text.All(digit => digit is >= 'A' and <= 'Z' or >= '2' and <= '7');

    public static TwoFactorSecret Of(string email, string secret) =>
        new(secret, $"otpauth://totp/Shop:{System.Uri.EscapeDataString(email)}?secret={secret}&issuer=Shop");
}

/// <param name="RecoveryCodes">Each can be used once in place of a code. They are not shown again.</param>
internal sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);
