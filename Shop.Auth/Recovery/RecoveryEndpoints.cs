using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Recovery;

/// <summary>The ways back into an account, and what proves that an address is somebody's.</summary>
internal static class RecoveryEndpoints
{
    public static void MapRecovery(this IEndpointRouteBuilder app)
    {
        var account = app.MapGroup("").WithTags("Account")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        account.MapPost("/password/forgot", ForgotAsync).WithName("ForgotPassword").AllowAnonymous()
            .WithSummary("Mails a link for a new password to the address, if there is an account with it; the answer does not tell");
        account.MapPost("/password/reset", ResetAsync).WithName("ResetPassword").AllowAnonymous()
            .WithSummary("Changes the password by the token of such a link, and signs the user out everywhere");
        account.MapPost("/me/email", AskAsync).WithName("ChangeEmail")
            .WithSummary("Mails a link to the address, which becomes the caller's when it is confirmed; their own address confirms that one")
            .ProducesProblem(StatusCodes.Status409Conflict);
        account.MapPost("/email/confirm", ConfirmAsync).WithName("ConfirmEmail").AllowAnonymous()
            .WithSummary("Confirms an address by the token of such a link")
            .ProducesProblem(StatusCodes.Status409Conflict);
        app.MapRecoveryPages();
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> ForgotAsync(
        ForgotPasswordRequest request, HttpContext http, AuthDb db, ForgottenSignal signal, StrangerLimits limits, CancellationToken cancel)
    {
        var email = EmailAddress.Clean(request.Email);
        if (EmailAddress.Fault(email) is { } fault)
        {
            return Invalid("email", fault);
        }
        limits.Expect(StrangerWish.Mail, http);
        await ForgottenPasswords.NoteAsync(db, signal, email, cancel);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ResetAsync(ResetPasswordRequest request, PasswordReset reset, CancellationToken cancel) =>
        await reset.ResetAsync(request.Token, request.New, cancel) switch
        {
            (LinkUse.Done, _) => TypedResults.NoContent(),
            (LinkUse.BadPassword, var fault) => Invalid("new", fault!),
            _ => NotGood(),
        };

    private static async Task<Results<Accepted, ProblemHttpResult>> AskAsync(
        ChangeEmailRequest request, ClaimsPrincipal user, EmailChange change, CancellationToken cancel)
    {
        var email = EmailAddress.Clean(request.Email);
        if (EmailAddress.Fault(email) is { } fault)
        {
            return Invalid("email", fault);
        }
        return await change.AskAsync(user.Id(), email, request.Password, cancel) switch
        {
            AddressWish.Done => TypedResults.Accepted((string?)null),
            AddressWish.WrongPassword => Invalid("password", "Is not the password."),
            AddressWish.Taken => RegistrationEndpoint.Taken(),
            _ => throw StrangerLimits.TooMany(TimeSpan.FromHours(1)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ConfirmAsync(ConfirmEmailRequest request, EmailChange change, CancellationToken cancel) =>
        await change.ConfirmAsync(request.Token, cancel) switch
        {
            LinkUse.Done => TypedResults.NoContent(),
            LinkUse.Taken => RegistrationEndpoint.Taken(),
            _ => NotGood(),
        };

    private static ProblemHttpResult NotGood() => Invalid("token", "Is good no more, or never was. Ask for a new one.");

    private static ProblemHttpResult Invalid(string field, string fault) => Problems.Validation(new Dictionary<string, string[]> { [field] = [fault] });
}

/// <param name="Email">The address of the account.</param>
internal sealed record ForgotPasswordRequest(string Email);

/// <param name="Token">From the link in the mail; good for 30 minutes and once.</param>
/// <param name="New">15 to 256 characters, any; not one of those that everybody tries.</param>
internal sealed record ResetPasswordRequest(string Token, string New);

/// <param name="Email">The address to be.</param>
/// <param name="Password">The present password.</param>
internal sealed record ChangeEmailRequest(string Email, string Password);

/// <param name="Token">From the link in the mail; good for 30 minutes and once.</param>
internal sealed record ConfirmEmailRequest(string Token);
