using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn.Passkeys;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.SigningIn.OwnAccount;

/// <summary>What is wrong with the fields of the account page; null where nothing is.</summary>
public sealed record AccountPageErrors
{
    /// <summary>An error that concerns no single field.</summary>
    public string? All { get; init; }

    public string? Email { get; init; }

    /// <summary>For the password field of the change of address.</summary>
    public string? EmailPassword { get; init; }

    public string? Current { get; init; }

    public string? New { get; init; }

    /// <summary>For the password field of the second factor.</summary>
    public string? Password { get; init; }

    /// <summary>For the code field of the second factor.</summary>
    public string? Code { get; init; }

    public string? PasskeyName { get; init; }

    public string? PasskeyPassword { get; init; }

    public string? PasskeyCode { get; init; }

    public string? Deletion { get; init; }

    /// <summary>The address that was typed; null: none was.</summary>
    public string? TypedEmail { get; init; }

    /// <summary>The name of a passkey that was typed; null: none was.</summary>
    public string? TypedName { get; init; }
}

/// <summary>A form of the account page, submitted by the signed-in user.</summary>
internal sealed class SubmittedForm(AccountPageHandler page, User user, Guid session, IFormCollection fields, HttpContext http)
{
    public User User => user;

    public Guid Session => session;

    public HttpContext Http => http;

    public CancellationToken Cancelled => http.RequestAborted;

    public string this[string field] => fields[field].ToString();

    /// <summary>Back to the page, after a form that succeeded.</summary>
    /// <param name="what">One of <see cref="AccountPages.Messages"/>, which the page then says.</param>
    public IResult Done(string what) => AccountPageHandler.SeeOther(http, AccountPages.Address + "?done=" + what);

    /// <summary>The page again, with errors.</summary>
    public Task<IResult> RefuseAsync(AccountPageErrors errors, int status = StatusCodes.Status400BadRequest) => page.RenderAsync(
        user, session, errors with { TypedEmail = fields["email"], TypedName = fields["name"] }, status, http);
}

/// <summary>Serves the account page and its forms to signed-in users. Others are sent to the sign-in page first.</summary>
internal sealed class AccountPageHandler(BrowserSessions browser, SignIn signIn, UserSessions sessions, OwnPasskeys passkeys, IAntiforgery antiforgery, IConfiguration configuration)
{
    public async Task<IResult> ShowAsync(HttpContext http) => await FindAsync(http) is { } found
        ? await RenderAsync(found.User, found.Session, new(), StatusCodes.Status200OK, http)
        : ToSignIn(http);

    /// <summary>Handles a form, after checking that the user's own page sent it.</summary>
    public async Task<IResult> HandleFormAsync(HttpContext http, Func<SubmittedForm, Task<IResult>> handle)
    {
        if (await FindAsync(http) is not { } found)
            return ToSignIn(http);
        if (!await antiforgery.IsRequestValidAsync(http))
            return await RenderAsync(found.User, found.Session, new() { All = ErrorPage.FormExpired }, StatusCodes.Status400BadRequest, http);
        var form = new SubmittedForm(this, found.User, found.Session, await http.Request.ReadFormAsync(http.RequestAborted), http);
        try
        {
            return await handle(form);
        }
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            // Attempts are counted per minute.
            http.Response.Headers.RetryAfter = "60";
            return await form.RefuseAsync(
                new() { All = "Too many wrong passwords or codes. Please try again in a minute." }, StatusCodes.Status429TooManyRequests);
        }
    }

    public async Task<IResult> RenderAsync(User user, Guid session, AccountPageErrors errors, int status, HttpContext http)
    {
        var list = await sessions.ListAsync(user.Id, session, new(Paging.MaxLimit, null), http.RequestAborted);
        var keys = await passkeys.ListAsync(user, http.RequestAborted);
        var parameters = new
        {
            user.Email,
            EmailVerified = user.EmailConfirmed,
            TwoFactor = user.TwoFactorEnabled,
            Passkeys = keys,
            Sessions = list.Items,
            Errors = errors,
            Done = HttpMethods.IsGet(http.Request.Method) ? AccountPages.Messages.GetValueOrDefault(http.Request.Query["done"].ToString()) : null,
            Storefront = OwnSite.Storefront(configuration)?.Address.AbsoluteUri,
        };
        return new RazorComponentResult<AccountPage>(parameters) { StatusCode = status };
    }

    public static StatusCodeHttpResult SeeOther(HttpContext http, string address)
    {
        http.Response.Headers.Location = address;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static StatusCodeHttpResult ToSignIn(HttpContext http) => SeeOther(http, SignInPages.SignInAddress(AccountPages.Address));

    private async Task<(User User, Guid Session)?> FindAsync(HttpContext http)
    {
        if (await browser.FindAsync(http, http.RequestAborted) is not { } session || await signIn.UserAsync(session, http.RequestAborted) is not { } user)
            return null;
        BrowserSessions.SetUser(http, user);
        return (user, session.Id);
    }
}
