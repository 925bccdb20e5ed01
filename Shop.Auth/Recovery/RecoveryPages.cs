using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.SigningIn;
using Shop.Auth.Users;

namespace Shop.Auth.Recovery;

/// <summary>The pages that links in mails lead to. Opening one changes nothing: programs that look through mail open links, too.</summary>
internal static class RecoveryPages
{
    public static void MapRecoveryPages(this IEndpointRouteBuilder app)
    {
        var pages = PageHeaders.MapPages(app, "");
        pages.MapGet(Letters.ForgotPage, () => ForgotPage());
        pages.MapPost(Letters.ForgotPage, ForgotAsync);
        pages.MapGet(Letters.ResetPage, async (string? token, MailedLinks links, CancellationToken cancel) =>
            await links.FindAsync(token ?? "", LinkPurpose.Reset, cancel) is null ? NotGood() : (IResult)ResetPage(token!));
        pages.MapPost(Letters.ResetPage, ResetAsync);
        pages.MapGet(Letters.ConfirmPage, async (string? token, MailedLinks links, CancellationToken cancel) =>
            await links.FindAsync(token ?? "", LinkPurpose.Confirm, cancel) is { } link ? (IResult)ConfirmPage(token!, link.Email) : NotGood());
        pages.MapPost(Letters.ConfirmPage, ConfirmAsync);
    }

    private static async Task<IResult> ForgotAsync(
        HttpContext http, IAntiforgery antiforgery, AuthDb db, ForgottenSignal signal, StrangerLimits limits, IConfiguration configuration, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return ForgotPage(fault: SignInPages.Expired, status: StatusCodes.Status400BadRequest);
        }
        var email = EmailAddress.Clean((await http.Request.ReadFormAsync(cancel))["email"].ToString());
        if (EmailAddress.Fault(email) is { } fault)
        {
            return ForgotPage(email, fault, StatusCodes.Status400BadRequest);
        }
        limits.Expect(StrangerWish.Mail, http);
        await ForgottenPasswords.NoteAsync(db, signal, email, cancel);
        return SignInPages.NoticePage("Look into your mail", configuration, "If there is an account with this address, a link for a new password is on its way there.");
    }

    private static async Task<IResult> ResetAsync(HttpContext http, IAntiforgery antiforgery, PasswordReset reset, IConfiguration configuration, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return ForgotPage(fault: SignInPages.Expired, status: StatusCodes.Status400BadRequest);
        }
        var form = await http.Request.ReadFormAsync(cancel);
        var token = form["token"].ToString();
        return await reset.ResetAsync(token, form["new"].ToString(), cancel) switch
        {
            (LinkUse.Done, _) => SignInPages.NoticePage("Your password is changed", configuration, "You are signed out everywhere: sign in with the new one."),
            (LinkUse.BadPassword, var fault) => ResetPage(token, fault, StatusCodes.Status400BadRequest),
            _ => NotGood(),
        };
    }

    private static async Task<IResult> ConfirmAsync(HttpContext http, IAntiforgery antiforgery, EmailChange change, IConfiguration configuration, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return new RazorComponentResult<NoticePage>(new { Title = "That did not work", Text = "Please open the link in the mail once more." })
            {
                StatusCode = StatusCodes.Status400BadRequest,
            };
        }
        return await change.ConfirmAsync((await http.Request.ReadFormAsync(cancel))["token"].ToString(), cancel) switch
        {
            LinkUse.Done => SignInPages.NoticePage("Your address is confirmed", configuration),
            LinkUse.Taken => new RazorComponentResult<NoticePage>(new { Title = "This address has an account already", Text = "Sign in with it, or take another address." })
            {
                StatusCode = StatusCodes.Status409Conflict,
            },
            _ => NotGood(),
        };
    }

    private static RazorComponentResult<ForgotPasswordPage> ForgotPage(string? email = null, string? fault = null, int status = StatusCodes.Status200OK) =>
        new(new { Email = email, Fault = fault }) { StatusCode = status };

    private static RazorComponentResult<ResetPasswordPage> ResetPage(string token, string? fault = null, int status = StatusCodes.Status200OK) =>
        new(new { Token = token, Fault = fault }) { StatusCode = status };

    private static RazorComponentResult<ConfirmEmailPage> ConfirmPage(string token, string email) => new(new { Token = token, Email = email });

    private static RazorComponentResult<LinkOverPage> NotGood() => new() { StatusCode = StatusCodes.Status400BadRequest };
}
