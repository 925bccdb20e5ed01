using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn.TwoFactor;

namespace Shop.Auth.SigningIn.OwnAccount;

/// <summary>The page on which users look after their own account, without scripts. Its forms run the same use cases as the JSON API.</summary>
internal static class AccountPages
{
    public const string Address = ReturnAddress.AccountPage;

    /// <summary>What the page says after a form has done its work, by its name in the address.</summary>
    public static readonly IReadOnlyDictionary<string, string> Messages = new Dictionary<string, string>
    {
        ["password"] = "Your password was changed, and you were signed out everywhere else.",
        ["session"] = "You were signed out there.",
        ["sessions"] = "You were signed out everywhere else.",
        ["two-factor"] = "Two-step sign-in is off.",
        ["passkey"] = "Your passkey was saved.",
        ["passkey-removed"] = "The passkey was removed.",
    };

    private const string WrongCode = "That isn't the right code, or it was used before.";

    public static void MapAccountPages(this RouteGroupBuilder pages)
    {
        var account = pages.MapGroup(Address);
        account.MapGet("", (HttpContext http, AccountPageHandler page) => page.ShowAsync(http));
        // Where a form was refused, and the page is loaded anew, in another language for one.
        account.MapGet("/{**form}", (HttpContext http) => AccountPageHandler.SeeOther(http, Address));
        account.MapPost("/email", ChangeEmailAsync);
        account.MapPost("/password", ChangePasswordAsync);
        account.MapPost("/sessions/end", EndSessionAsync);
        account.MapPost("/sessions/end-others", EndOthersAsync);
        account.MapPost("/two-factor", BeginTwoFactorAsync);
        account.MapPost("/two-factor/on", TurnOnTwoFactorAsync);
        account.MapPost("/two-factor/off", TurnOffTwoFactorAsync);
        account.MapPost("/two-factor/recovery-codes", RenewCodesAsync);
        account.MapPost("/delete", DeleteAsync);
    }

    private static Task<IResult> ChangeEmailAsync(HttpContext http, AccountPageHandler page, ChangeEmail change, IConfiguration configuration) => page.HandleFormAsync(http, async form =>
    {
        var email = EmailAddress.Clean(form["email"]);
        if (EmailAddress.Validate(email) is { } error)
            return await form.RefuseAsync(new() { Email = error });
        return await change.RequestAsync(form.User.Id, email, form["password"], form.Cancelled) switch
        {
            EmailChangeOutcome.Done => OwnSite.Notice("Check your mail", configuration, "A link is on its way to {0}.", email),
            EmailChangeOutcome.WrongPassword => await form.RefuseAsync(new() { EmailPassword = Reauthentication.WrongPassword }),
            EmailChangeOutcome.Taken => await form.RefuseAsync(new() { Email = "There is already an account with this address." }, StatusCodes.Status409Conflict),
            _ => await form.RefuseAsync(new() { Email = "We have sent many links already. Please try again in an hour." }, StatusCodes.Status429TooManyRequests),
        };
    });

    private static Task<IResult> ChangePasswordAsync(HttpContext http, AccountPageHandler page, ChangePassword change) => page.HandleFormAsync(http, async form =>
    {
        if (Password.Validate(form["new"], form.User.Email!, form.User.DisplayName) is { } error)
            return await form.RefuseAsync(new() { New = error });
        return await change.RunAsync(form.User.Id, form.Session, form["current"], form["new"], form.Cancelled)
            ? form.Done("password")
            : await form.RefuseAsync(new() { Current = Reauthentication.WrongPassword });
    });

    private static Task<IResult> EndSessionAsync(HttpContext http, AccountPageHandler page, UserSessions sessions, AuditedTransaction transaction) => page.HandleFormAsync(http, async form =>
    {
        if (Guid.TryParse(form["id"], out var id))
        {
            // A session that has ended already needs no message.
            await sessions.EndOneAsync(transaction, form.User.Id, id, form.Cancelled);
        }
        return form.Done("session");
    });

    private static Task<IResult> EndOthersAsync(HttpContext http, AccountPageHandler page, UserSessions sessions, AuditedTransaction transaction) => page.HandleFormAsync(http, async form =>
    {
        await sessions.EndOthersAsync(transaction, form.User.Id, form.Session, form.Cancelled);
        return form.Done("sessions");
    });

    private static Task<IResult> BeginTwoFactorAsync(HttpContext http, AccountPageHandler page, TwoFactorSettings settings) => page.HandleFormAsync(http, async form =>
    {
        var (outcome, _, secret) = await settings.BeginAsync(form.User.Id, form["password"], form.Cancelled);
        return outcome is TwoFactorOutcome.Done
            ? SecretPage(TwoFactorSecret.Of(form.User.Email!, secret!))
            : await RefuseAsync(form, outcome);
    });

    private static Task<IResult> TurnOnTwoFactorAsync(HttpContext http, AccountPageHandler page, TwoFactorSettings settings) => page.HandleFormAsync(http, async form =>
    {
        var (outcome, codes) = await settings.TurnOnAsync(form.User.Id, form.Session, form["code"], form.Cancelled);
        return outcome switch
        {
            TwoFactorOutcome.Done => CodesPage(codes!),
            // The key comes from the form, where its owner has it already: who has only taken over the session is not told it.
            TwoFactorOutcome.WrongCode when TwoFactorSecret.IsSecret(form["secret"]) =>
                SecretPage(TwoFactorSecret.Of(form.User.Email!, form["secret"]), WrongCode, StatusCodes.Status400BadRequest),
            TwoFactorOutcome.WrongCode => await form.RefuseAsync(new() { All = WrongCode }),
            _ => await RefuseAsync(form, outcome),
        };
    });

    private static Task<IResult> TurnOffTwoFactorAsync(HttpContext http, AccountPageHandler page, TwoFactorSettings settings) => page.HandleFormAsync(http, async form =>
        await settings.TurnOffAsync(form.User.Id, form.Session, form["password"], form["code"], form.Cancelled) is var outcome and not TwoFactorOutcome.Done
            ? await RefuseAsync(form, outcome)
            : form.Done("two-factor"));

    private static Task<IResult> RenewCodesAsync(HttpContext http, AccountPageHandler page, TwoFactorSettings settings) => page.HandleFormAsync(http, async form =>
    {
        var (outcome, codes) = await settings.RenewCodesAsync(form.User.Id, form["password"], form["code"], form.Cancelled);
        return outcome is TwoFactorOutcome.Done ? CodesPage(codes!) : await RefuseAsync(form, outcome);
    });

    private static Task<IResult> DeleteAsync(HttpContext http, AccountPageHandler page, DeleteAccount delete, IConfiguration configuration) => page.HandleFormAsync(http, async form =>
    {
        if (form["sure"].Length == 0)
            return await form.RefuseAsync(new() { Deletion = "Please tick that you understand that this cannot be undone." });
        switch (await delete.RunAsync(form.User.Id, form["password"], form.Cancelled))
        {
            case DeletionOutcome.Done:
                await BrowserSessions.DeleteCookieAsync(http);
                return OwnSite.Notice("Your account is deleted", configuration);
            case DeletionOutcome.LastAdmin:
                return await form.RefuseAsync(new() { Deletion = "You are the last admin. Make somebody else an admin first." }, StatusCodes.Status409Conflict);
            default:
                return await form.RefuseAsync(new() { Deletion = Reauthentication.WrongPassword });
        }
    });

    private static Task<IResult> RefuseAsync(SubmittedForm form, TwoFactorOutcome outcome) => outcome switch
    {
        TwoFactorOutcome.WrongPassword => form.RefuseAsync(new() { Password = Reauthentication.WrongPassword }),
        TwoFactorOutcome.WrongCode => form.RefuseAsync(new() { Code = WrongCode }),
        _ => form.RefuseAsync(new() { All = "That has been done already." }, StatusCodes.Status409Conflict),
    };

    private static RazorComponentResult<SecretPage> SecretPage(TwoFactorSecret secret, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { secret.Secret, secret.Uri, Error = error }) { StatusCode = status };

    private static RazorComponentResult<CodesPage> CodesPage(IReadOnlyList<string> codes) => new(new { Codes = codes });
}
