using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Audit;
using Shop.Auth.OwnAccountPages;
using Shop.Auth.SigningIn;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Passkeys;

/// <summary>Signing in with a passkey, and the passkeys of one's own account. Only these need a script: browsers have no other way to them.</summary>
internal static class PasskeyPages
{
    private const string Account = OwnPages.Address + "/passkeys";

    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        var pages = PageHeaders.MapPages(app, "");
        pages.MapGet("/sign-in/passkey", AskAsync);
        pages.MapPost("/sign-in/passkey", SignInAsync);
        pages.MapPost(Account, BeginAsync);
        pages.MapPost(Account + "/add", AddAsync);
        pages.MapPost(Account + "/remove", RemoveAsync);
    }

    /// <summary>For the script. Asked for when it is needed, since pages are open for longer than a challenge is good.</summary>
    private static async Task<Ok<Challenge>> AskAsync(HttpContext http, PasskeyCeremonies ceremonies)
    {
        var asked = await ceremonies.AskToSignAsync(http);
        return TypedResults.Ok(new Challenge(JsonElement.Parse(asked.Options), asked.Ticket));
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignInPage>>> SignInAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, PasskeyCeremonies ceremonies, BrowserSessions browser, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return SignInPages.SignInPage(returnUrl, fault: SignInPages.Expired, status: StatusCodes.Status400BadRequest);
        }
        var form = await http.Request.ReadFormAsync(cancel);
        return await ceremonies.AdmitAsync(form["ticket"].ToString(), form["answer"].ToString(), http) is { } user
            ? await SignInPages.LetInAsync(http, browser, user, returnUrl, cancel, "With a browser, by passkey.")
            : SignInPages.SignInPage(returnUrl, fault: "This passkey opens no account here.", status: StatusCodes.Status401Unauthorized);
    }

    private static Task<IResult> BeginAsync(HttpContext http, Visit visit, OwnAccount own, SecondFactor second, PasskeyCeremonies ceremonies, Change change) =>
        visit.SubmitAsync(http, async (user, session, form) =>
        {
            var name = DisplayName.Clean(form["name"].ToString());
            if (DisplayName.Fault(name) is { } fault)
            {
                return await visit.PageAsync(user, session, new() { PasskeyName = fault }, StatusCodes.Status400BadRequest, http.RequestAborted);
            }
            if (!await VerifiedAsync(own, change, "passkey.add", user, form, http.RequestAborted))
            {
                return await visit.PageAsync(user, session, new() { PasskeyPassword = "Is not the password." }, StatusCodes.Status400BadRequest, http.RequestAborted);
            }
            // A passkey signs in without codes, so it takes one to make it.
            if (user.TwoFactorEnabled && !await second.IsTheirsAsync(user, form["code"].ToString(), http))
            {
                return await visit.PageAsync(user, session, new() { PasskeyCode = "The code is wrong, or was used before." }, StatusCodes.Status400BadRequest, http.RequestAborted);
            }
            var asked = await ceremonies.AskToMakeAsync(user, http);
            return new RazorComponentResult<PasskeyPage>(new { asked.Options, asked.Ticket, Name = name });
        });

    private static Task<IResult> AddAsync(HttpContext http, Visit visit, PasskeyCeremonies ceremonies, OwnPasskeys passkeys) =>
        visit.SubmitAsync(http, async (user, session, form) =>
        {
            var name = DisplayName.Clean(form["name"].ToString());
            var made = DisplayName.Fault(name) is null
                ? await ceremonies.MadeAsync(user, form["ticket"].ToString(), form["answer"].ToString(), http)
                : null;
            if (made is null)
            {
                return await visit.PageAsync(user, session, new() { All = "No passkey was made. Please try again." }, StatusCodes.Status400BadRequest, http.RequestAborted);
            }
            return await passkeys.AddAsync(user, made, name, http.RequestAborted)
                ? Visit.Done(http)
                : await visit.PageAsync(user, session, new() { All = $"You have {OwnPasskeys.Most} passkeys. Remove one first." }, StatusCodes.Status409Conflict, http.RequestAborted);
        });

    private static Task<IResult> RemoveAsync(HttpContext http, Visit visit, OwnAccount own, OwnPasskeys passkeys, Change change) =>
        visit.SubmitAsync(http, async (user, session, form) =>
        {
            if (!await VerifiedAsync(own, change, "passkey.remove", user, form, http.RequestAborted))
            {
                return await visit.PageAsync(user, session, new() { PasskeyPassword = "Is not the password." }, StatusCodes.Status400BadRequest, http.RequestAborted);
            }
            await passkeys.RemoveAsync(user, form["id"].ToString(), http.RequestAborted);
            // One that is no more is what was wanted.
            return Visit.Done(http);
        });

    /// <summary>Whether they gave their password; recorded if not.</summary>
    private static async Task<bool> VerifiedAsync(OwnAccount own, Change change, string action, User user, IFormCollection form, CancellationToken cancel) =>
        await own.VerifiedAsync(user.Id, form["password"].ToString(), cancel) is not null
        || await change.MakeAsync(
            () => Task.FromResult((false, (AuditEvent?)new AuditEvent(action, AuditEvent.Failed, user.Id.ToString(), "The password was wrong."))), cancel);

    /// <param name="Options">What the browser is asked.</param>
    /// <param name="Ticket">To be sent with the answer.</param>
    private sealed record Challenge(JsonElement Options, string Ticket);
}
