using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Pages;
using Shop.Auth.SigningIn.OwnAccount;
using Shop.Auth.SigningIn.TwoFactor;

namespace Shop.Auth.SigningIn.Passkeys;

/// <summary>Signing in with a passkey, and the passkeys of the user's own account. Browsers offer passkeys to scripts only.</summary>
internal static class PasskeyPages
{
    private const string Account = AccountPages.Address + "/passkeys";

    public static void MapPasskeys(this RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in/passkey", BeginSignInAsync);
        pages.MapPost("/sign-in/passkey", SignInAsync);
        pages.MapPost(Account, BeginAddAsync);
        pages.MapPost(Account + "/add", AddAsync);
        pages.MapPost(Account + "/remove", RemoveAsync);
    }

    /// <summary>Called by the script when the user signs in, because a page may stay open for longer than a challenge is valid.</summary>
    private static async Task<Ok<Challenge>> BeginSignInAsync(HttpContext http, PasskeyCeremonies ceremonies)
    {
        var begun = await ceremonies.BeginSignInAsync(http);
        return TypedResults.Ok(new Challenge(JsonElement.Parse(begun.Options), begun.Ticket));
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignInPage>>> SignInAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, PasskeyCeremonies ceremonies, BrowserSessions browser, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return SignInPages.Page(returnUrl, error: ErrorPage.FormExpired, status: StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        return await ceremonies.CompleteSignInAsync(form["ticket"].ToString(), form["answer"].ToString(), http) is { } user
            ? await SignInPages.CompleteAsync(http, browser, user, returnUrl, cancellationToken, "With a browser, by passkey.")
            : SignInPages.Page(returnUrl, error: "This passkey does not belong to an account here.", status: StatusCodes.Status401Unauthorized);
    }

    private static Task<IResult> BeginAddAsync(
        HttpContext http, AccountPageHandler page, Reauthentication reauthentication, SecondFactor second, PasskeyCeremonies ceremonies, AuditedTransaction transaction) =>
        page.HandleFormAsync(http, async form =>
        {
            var name = DisplayName.Clean(form["name"]);
            if (DisplayName.Validate(name) is { } error)
                return await form.RefuseAsync(new() { PasskeyName = error });
            if (!await VerifyPasswordAsync(reauthentication, transaction, "passkey.add", form))
                return await form.RefuseAsync(new() { PasskeyPassword = Reauthentication.WrongPassword });
            // Passkeys sign in without a code, so adding one takes a code.
            if (form.User.TwoFactorEnabled && !await second.VerifyAsync(form.User, form["code"], http))
                return await form.RefuseAsync(new() { PasskeyCode = "That isn't the right code, or it was used before." });
            var begun = await ceremonies.BeginRegistrationAsync(form.User, http);
            return new RazorComponentResult<PasskeyPage>(new { begun.Options, begun.Ticket, Name = name });
        });

    private static Task<IResult> AddAsync(HttpContext http, AccountPageHandler page, PasskeyCeremonies ceremonies, OwnPasskeys passkeys) =>
        page.HandleFormAsync(http, async form =>
        {
            var name = DisplayName.Clean(form["name"]);
            var made = DisplayName.Validate(name) is null
                ? await ceremonies.CompleteRegistrationAsync(form.User, form["ticket"], form["answer"], http)
                : null;
            if (made is null)
                return await form.RefuseAsync(new() { All = "No passkey was made. Please try again." });
            return await passkeys.AddAsync(form.User, made, name, form.Cancelled)
                ? form.Done("passkey")
                : await form.RefuseAsync(new() { All = "You have as many passkeys as we keep. Please remove one first." }, StatusCodes.Status409Conflict);
        });

    private static Task<IResult> RemoveAsync(
        HttpContext http, AccountPageHandler page, Reauthentication reauthentication, OwnPasskeys passkeys, AuditedTransaction transaction) =>
        page.HandleFormAsync(http, async form =>
        {
            if (!await VerifyPasswordAsync(reauthentication, transaction, "passkey.remove", form))
                return await form.RefuseAsync(new() { PasskeyPassword = Reauthentication.WrongPassword });
            // A passkey that is gone already needs no message.
            await passkeys.RemoveAsync(form.User, form["id"], form.Cancelled);
            return form.Done("passkey-removed");
        });

    private static async Task<bool> VerifyPasswordAsync(Reauthentication reauthentication, AuditedTransaction transaction, string action, SubmittedForm form) =>
        await reauthentication.VerifyAsync(form.User.Id, form["password"], form.Cancelled) is not null
        || await transaction.FailAsync(action, form.User.Id, false, "The password was wrong.", form.Cancelled);

    /// <param name="Options">For the browser's passkey API.</param>
    /// <param name="Ticket">To be sent back with the answer.</param>
    private sealed record Challenge(JsonElement Options, string Ticket);
}
