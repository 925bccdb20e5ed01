using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Audit;
using Shop.Auth.Recovery;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;

namespace Shop.Auth.OwnAccountPages;

/// <summary>The pages on which people see to their own account. What they may do is decided where the JSON API's is; they work without scripts.</summary>
internal static class OwnPages
{
    public const string Address = "/account";

    public static void AddOwnPages(this WebApplicationBuilder builder) => builder.Services.AddScoped<Visit>();

    public static void MapOwnPages(this IEndpointRouteBuilder app)
    {
        var pages = PageHeaders.MapPages(app, Address);
        pages.MapGet("", (HttpContext http, Visit visit) => visit.ShowAsync(http));
        pages.MapPost("/email", ChangeEmailAsync);
        pages.MapPost("/password", ChangePasswordAsync);
        pages.MapPost("/sessions/end", EndSessionAsync);
        pages.MapPost("/sessions/end-others", EndOthersAsync);
        pages.MapPost("/two-factor", BeginAsync);
        pages.MapPost("/two-factor/on", TurnOnAsync);
        pages.MapPost("/two-factor/off", TurnOffAsync);
        pages.MapPost("/two-factor/recovery-codes", RenewCodesAsync);
        pages.MapPost("/delete", DeleteAsync);
    }

    private static Task<IResult> ChangeEmailAsync(HttpContext http, Visit visit, EmailChange change, IConfiguration configuration) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        var (email, cancel) = (EmailAddress.Clean(form["email"].ToString()), http.RequestAborted);
        if (EmailAddress.Fault(email) is { } fault)
        {
            return await visit.PageAsync(user, session, new() { Email = fault }, StatusCodes.Status400BadRequest, cancel);
        }
        return await change.AskAsync(user.Id, email, form["password"].ToString(), cancel) switch
        {
            AddressWish.Done => SignInPages.NoticePage("Look into your mail", configuration, $"A link is on its way to {email}."),
            AddressWish.WrongPassword => await visit.PageAsync(user, session, new() { EmailPassword = "Is not the password." }, StatusCodes.Status400BadRequest, cancel),
            AddressWish.Taken => await visit.PageAsync(user, session, new() { Email = "There is an account with this address." }, StatusCodes.Status409Conflict, cancel),
            _ => await visit.PageAsync(user, session, new() { Email = "Many links were mailed already. Please try again in an hour." }, StatusCodes.Status429TooManyRequests, cancel),
        };
    });

    private static Task<IResult> ChangePasswordAsync(HttpContext http, Visit visit, OwnAccount own) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        var (cancel, wanted) = (http.RequestAborted, form["new"].ToString());
        var faults = Password.Fault(wanted, user.Email!, user.DisplayName) is { } fault ? new Faults { New = fault }
            : await own.ChangePasswordAsync(user.Id, session, form["current"].ToString(), wanted, cancel) ? null
            : new Faults { Current = "Is not the password." };
        return faults is null ? Visit.Done(http) : await visit.PageAsync(user, session, faults, StatusCodes.Status400BadRequest, cancel);
    });

    private static Task<IResult> EndSessionAsync(HttpContext http, Visit visit, UserSessions sessions, Change change) => visit.SubmitAsync(http, async (user, _, form) =>
    {
        if (Guid.TryParse(form["id"].ToString(), out var id))
        {
            await sessions.EndRecordedAsync(change, user.Id, id, http.RequestAborted);
        }
        // One that is no more is what was wanted.
        return Visit.Done(http);
    });

    private static Task<IResult> EndOthersAsync(HttpContext http, Visit visit, UserSessions sessions, Change change) => visit.SubmitAsync(http, async (user, session, _) =>
    {
        await sessions.EndOthersRecordedAsync(change, user.Id, session, http.RequestAborted);
        return Visit.Done(http);
    });

    private static Task<IResult> BeginAsync(HttpContext http, Visit visit, TwoFactorSettings settings) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        var (outcome, _, secret) = await settings.BeginAsync(user.Id, form["password"].ToString(), http.RequestAborted);
        return outcome is Wish.Done
            ? CodePage(TwoFactorSecret.Of(user.Email!, secret!))
            : await RefusedAsync(visit, user, session, outcome, http);
    });

    private static Task<IResult> TurnOnAsync(HttpContext http, Visit visit, TwoFactorSettings settings) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        var (outcome, codes) = await settings.TurnOnAsync(user.Id, session, form["code"].ToString(), http.RequestAborted);
        return outcome switch
        {
            Wish.Done => CodesPage(codes!),
            Wish.WrongCode => CodePage(null, "The code is wrong, or was used before.", StatusCodes.Status400BadRequest),
            _ => await RefusedAsync(visit, user, session, outcome, http),
        };
    });

    private static Task<IResult> TurnOffAsync(HttpContext http, Visit visit, TwoFactorSettings settings) => visit.SubmitAsync(http, async (user, session, form) =>
        await settings.TurnOffAsync(user.Id, session, form["password"].ToString(), form["code"].ToString(), http.RequestAborted) is var outcome and not Wish.Done
            ? await RefusedAsync(visit, user, session, outcome, http)
            : Visit.Done(http));

    private static Task<IResult> RenewCodesAsync(HttpContext http, Visit visit, TwoFactorSettings settings) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        var (outcome, codes) = await settings.RenewCodesAsync(user.Id, form["password"].ToString(), form["code"].ToString(), http.RequestAborted);
        return outcome is Wish.Done ? CodesPage(codes!) : await RefusedAsync(visit, user, session, outcome, http);
    });

    private static Task<IResult> DeleteAsync(HttpContext http, Visit visit, OwnAccount own, IConfiguration configuration) => visit.SubmitAsync(http, async (user, session, form) =>
    {
        switch (await own.DeleteAsync(user.Id, form["password"].ToString(), http.RequestAborted))
        {
            case Deletion.Done:
                await BrowserSessions.ForgetAsync(http);
                return SignInPages.NoticePage("Your account is deleted", configuration);
            case Deletion.LastAdmin:
                return await visit.PageAsync(
                    user, session, new() { Deletion = "You are the last admin: make somebody else one first." }, StatusCodes.Status409Conflict, http.RequestAborted);
            default:
                return await visit.PageAsync(user, session, new() { Deletion = "Is not the password." }, StatusCodes.Status400BadRequest, http.RequestAborted);
        }
    });

    private static Task<IResult> RefusedAsync(Visit visit, User user, Guid session, Wish outcome, HttpContext http) => outcome switch
    {
        Wish.WrongPassword => visit.PageAsync(user, session, new() { Password = "Is not the password." }, StatusCodes.Status400BadRequest, http.RequestAborted),
        Wish.WrongCode => visit.PageAsync(user, session, new() { Code = "The code is wrong, or was used before." }, StatusCodes.Status400BadRequest, http.RequestAborted),
        _ => visit.PageAsync(user, session, new() { All = "That has been done already." }, StatusCodes.Status409Conflict, http.RequestAborted),
    };

    private static RazorComponentResult<SecretPage> CodePage(TwoFactorSecret? secret, string? fault = null, int status = StatusCodes.Status200OK) =>
        new(new { secret?.Secret, secret?.Uri, Fault = fault }) { StatusCode = status };

    private static RazorComponentResult<CodesPage> CodesPage(IReadOnlyList<string> codes) => new(new { Codes = codes });
}
