using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Tokens;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn;

/// <summary>The pages on which people sign in, make an account, and sign out. They work without scripts.</summary>
internal static class SignInPages
{
    public const string SignedOut = "/signed-out";

    public const string Expired = "This page had been open for too long. Please try again.";

    public static string SignInAddress(string returnUrl) => "/sign-in" + QueryString.Create("returnUrl", returnUrl);

    public static string SignOutAddress(string returnUrl) => "/sign-out" + QueryString.Create("returnUrl", returnUrl);

    public static void MapSigningIn(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        var pages = PageHeaders.MapPages(app, "");
        pages.MapGet("/sign-in", (string? returnUrl) => SignInPage(returnUrl, ReturnAddress.Login(returnUrl) is { } login && EmailAddress.Fault(login) is null ? login : null));
        pages.MapPost("/sign-in", SignInAsync);
        pages.MapSecondStep();
        pages.MapGet("/sign-up", (string? returnUrl) => SignUpPage(returnUrl, new()));
        pages.MapPost("/sign-up", SignUpAsync);
        pages.MapGet("/sign-out", (string? returnUrl) => new RazorComponentResult<SignOutPage>(new { ReturnUrl = ReturnAddress.Checked(returnUrl) }));
        pages.MapPost("/sign-out", SignOutAsync);
        pages.MapGet(SignedOut, (IConfiguration configuration) => NoticePage("You are signed out", configuration));
        pages.MapGet("/signed-in", (IConfiguration configuration) => NoticePage("You are signed in", configuration));
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignInPage>, RazorComponentResult<CodePage>>> SignInAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, SignIn signIn, HalfSignedIn half, BrowserSessions browser, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return SignInPage(returnUrl, fault: Expired, status: StatusCodes.Status400BadRequest);
        }
        var form = await http.Request.ReadFormAsync(cancel);
        var (email, password) = (form["email"].ToString(), form["password"].ToString());
        try
        {
            if (await signIn.FindAsync(email, password, http) is not { } user)
            {
                return SignInPage(returnUrl, email, "The e-mail address or the password is wrong.", StatusCodes.Status401Unauthorized);
            }
            if (user.TwoFactorEnabled)
            {
                return SecondStep.Ask(half, user, returnUrl);
            }
            return await LetInAsync(http, browser, user, returnUrl, cancel);
        }
        // They are counted a minute at a time.
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "60";
            return SignInPage(returnUrl, email, "Too many wrong passwords have come. Please try again in a minute.", StatusCodes.Status429TooManyRequests);
        }
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignUpPage>>> SignUpAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, Registration registration, StrangerLimits limits, BrowserSessions browser, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return SignUpPage(returnUrl, new() { Fault = Expired }, StatusCodes.Status400BadRequest);
        }
        var form = SignUpForm.From(await http.Request.ReadFormAsync(cancel));
        if (form.HasFaults)
        {
            return SignUpPage(returnUrl, form, StatusCodes.Status400BadRequest);
        }
        limits.Expect(StrangerWish.Account, http);
        if (await registration.CreateAsync(form.Email, form.Password, form.DisplayName, Role.Customer, http.Connection.Caller(), cancel) is not { } user)
        {
            return SignUpPage(returnUrl, form with { EmailFault = "There is an account with this address. Sign in with it." }, StatusCodes.Status409Conflict);
        }
        return await LetInAsync(http, browser, user, returnUrl, cancel);
    }

    /// <summary>Lets in a user who has shown all that is asked of them.</summary>
    public static async Task<RedirectHttpResult> LetInAsync(
        HttpContext http, BrowserSessions browser, User user, string? returnUrl, CancellationToken cancel, string how = "With a browser.")
    {
        await browser.StartAsync(http, user, how, cancel);
        return TypedResults.Redirect(ReturnAddress.Checked(returnUrl) ?? "/signed-in");
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignOutPage>>> SignOutAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, BrowserSessions browser, CancellationToken cancel)
    {
        var back = ReturnAddress.Checked(returnUrl);
        // Signed out in another tab: that is what was wanted, whoever asks.
        if (await browser.FindAsync(http, cancel) is not null && !await antiforgery.IsRequestValidAsync(http))
        {
            return new RazorComponentResult<SignOutPage>(new { ReturnUrl = back }) { StatusCode = StatusCodes.Status400BadRequest };
        }
        await browser.EndAsync(http, cancel);
        return TypedResults.Redirect(back ?? SignedOut);
    }

    public static RazorComponentResult<SignInPage> SignInPage(
        string? returnUrl, string? email = null, string? fault = null, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Email = email, Fault = fault }) { StatusCode = status };

    private static RazorComponentResult<SignUpPage> SignUpPage(string? returnUrl, SignUpForm form, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Form = form }) { StatusCode = status };

    public static RazorComponentResult<NoticePage> NoticePage(string title, IConfiguration configuration, string? text = null) =>
        new(new { Title = title, Text = text, Storefront = WebClient.From(configuration)?.Address.AbsoluteUri });
}
