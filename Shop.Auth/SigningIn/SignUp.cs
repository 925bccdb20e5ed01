using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.SigningIn;

/// <summary>The fields of the sign-up page, each with its error; null for none.</summary>
public sealed record SignUpForm
{
    /// <summary>An error that concerns no single field.</summary>
    public string? Error { get; init; }

    public string Email { get; init; } = "";

    public string? EmailError { get; init; }

    /// <summary>Null when left empty.</summary>
    public string? DisplayName { get; init; }

    public string? DisplayNameError { get; init; }

    /// <summary>Never shown again.</summary>
    public string Password { get; init; } = "";

    public string? PasswordError { get; init; }

    internal bool HasErrors => (EmailError ?? DisplayNameError ?? PasswordError) is not null;

    internal static SignUpForm From(IFormCollection form)
    {
        var (email, password, name) = (EmailAddress.Clean(form["email"].ToString()), form["password"].ToString(), Accounts.DisplayName.Clean(form["displayName"].ToString()));
        return new()
        {
            Email = email,
            EmailError = EmailAddress.Validate(email),
            DisplayName = name.Length == 0 ? null : name,
            DisplayNameError = name.Length == 0 ? null : Accounts.DisplayName.Validate(name),
            Password = password,
            PasswordError = Accounts.Passwords.Password.Validate(password, email, name),
        };
    }
}

/// <summary>The page for registering, after which the user is signed in.</summary>
internal static class SignUp
{
    public static async Task<Results<RedirectHttpResult, RazorComponentResult<SignUpPage>>> SubmitAsync(
        string? returnUrl, HttpContext http, IAntiforgery antiforgery, Registration registration, AnonymousLimits limits, BrowserSessions browser, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Page(returnUrl, new() { Error = ErrorPage.FormExpired }, StatusCodes.Status400BadRequest);
        var form = SignUpForm.From(await http.Request.ReadFormAsync(cancellationToken));
        if (form.HasErrors)
            return Page(returnUrl, form, StatusCodes.Status400BadRequest);
        limits.ThrowIfExceeded(AnonymousAction.Register, http);
        return await registration.CreateAsync(form.Email, form.Password, form.DisplayName, Role.Customer, http.Connection.Caller(), cancellationToken) is { } user
            ? await SignInPages.CompleteAsync(http, browser, user, returnUrl, cancellationToken)
            : Page(returnUrl, form with { EmailError = "There is already an account with this address." }, StatusCodes.Status409Conflict);
    }

    public static RazorComponentResult<SignUpPage> Page(string? returnUrl, SignUpForm form, int status = StatusCodes.Status200OK) =>
        new(new { ReturnUrl = ReturnAddress.Checked(returnUrl), Form = form }) { StatusCode = status };
}
