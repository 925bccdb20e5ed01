using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Passkeys;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.Auth.Tokens;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.OwnAccountPages;

/// <summary>What is wrong with what was filled in; null where nothing is.</summary>
public sealed record Faults
{
    /// <summary>With the whole.</summary>
    public string? All { get; init; }

    public string? Email { get; init; }

    /// <summary>With the password that a change of the address asks for.</summary>
    public string? EmailPassword { get; init; }

    public string? Current { get; init; }

    public string? New { get; init; }

    /// <summary>With the password that a change of the second factor asks for.</summary>
    public string? Password { get; init; }

    /// <summary>With the code that it asks for.</summary>
    public string? Code { get; init; }

    public string? PasskeyName { get; init; }

    /// <summary>With the password that a change of the passkeys asks for.</summary>
    public string? PasskeyPassword { get; init; }

    /// <summary>With the code that a new passkey asks for where codes are asked for.</summary>
    public string? PasskeyCode { get; init; }

    public string? Deletion { get; init; }
}

/// <summary>A signed-in person's request for a page of theirs; whoever is not signed in is sent to do so, and back.</summary>
internal sealed class Visit(BrowserSessions browser, SignIn signIn, UserSessions sessions, OwnPasskeys passkeys, IAntiforgery antiforgery)
{
    /// <summary>Answers a form, once it is sure that the person's own page sent it.</summary>
    public async Task<IResult> SubmitAsync(HttpContext http, Func<User, Guid, IFormCollection, Task<IResult>> answer)
    {
        var cancel = http.RequestAborted;
        if (await FindAsync(http, cancel) is not { } visitor)
        {
            return ToSignIn(http);
        }
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return await PageAsync(visitor.User, visitor.Session, new() { All = SignInPages.Expired }, StatusCodes.Status400BadRequest, cancel);
        }
        try
        {
            return await answer(visitor.User, visitor.Session, await http.Request.ReadFormAsync(cancel));
        }
        // They are counted a minute at a time.
        catch (ProblemException tooMany) when (tooMany.Problem.Status is StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "60";
            return await PageAsync(visitor.User, visitor.Session, new() { All = "Too many wrong passwords or codes have come. Please try again in a minute." },
                StatusCodes.Status429TooManyRequests, cancel);
        }
    }

    /// <summary>Shows the page.</summary>
    public async Task<IResult> ShowAsync(HttpContext http) => await FindAsync(http, http.RequestAborted) is { } visitor
        ? await PageAsync(visitor.User, visitor.Session, new(), StatusCodes.Status200OK, http.RequestAborted)
        : ToSignIn(http);

    /// <summary>The page, with what is wrong.</summary>
    public async Task<IResult> PageAsync(User user, Guid session, Faults faults, int status, CancellationToken cancel)
    {
        var list = await sessions.ListAsync(user.Id, session, new(Paging.MaxLimit, null), cancel);
        var keys = await passkeys.ListAsync(user, cancel);
        var parameters = new { user.Email, EmailVerified = user.EmailConfirmed, TwoFactor = user.TwoFactorEnabled, Passkeys = keys, Sessions = list.Items, Faults = faults };
        return new RazorComponentResult<AccountPage>(parameters) { StatusCode = status };
    }

    /// <summary>To the page, as what follows a form that was done.</summary>
    public static StatusCodeHttpResult Done(HttpContext http) => SeeOther(http, OwnPages.Address);

    private static StatusCodeHttpResult ToSignIn(HttpContext http) => SeeOther(http, SignInPages.SignInAddress(OwnPages.Address));

    private static StatusCodeHttpResult SeeOther(HttpContext http, string address)
    {
        http.Response.Headers.Location = address;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private async Task<(User User, Guid Session)?> FindAsync(HttpContext http, CancellationToken cancel)
    {
        if (await browser.FindAsync(http, cancel) is not { } session || await signIn.UserAsync(session, cancel) is not { } user)
        {
            return null;
        }
        // Who it is, for the audit; and forms are for them alone from now on.
        http.User = new(new ClaimsIdentity([new("sub", user.Id.ToString()), new("email", user.Email!)], "browser"));
        return (user, session.Id);
    }
}
