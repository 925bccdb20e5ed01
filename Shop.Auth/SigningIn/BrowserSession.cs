using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Shop.Auth.Audit;
using Shop.Auth.Tokens;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.SigningIn;

/// <summary>Somebody is signed in with a browser.</summary>
/// <param name="Id">The session, which the tokens that come of it belong to as well.</param>
/// <param name="User">The user's id.</param>
/// <param name="Stamp">The user's stamp when they signed in; a new password changes it.</param>
/// <param name="Since">When they gave their password or used their passkey.</param>
internal sealed record BrowserSession(Guid Id, Guid User, string Stamp, DateTimeOffset Since);

/// <summary>Keeps a browser signed in with a cookie that names the session.</summary>
internal sealed class BrowserSessions(SessionTokens sessions, AuditTrail audit, TimeProvider clock)
{
    private const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
    private const string Session = "session";
    private const string Subject = "sub";
    private const string Stamp = "stamp";
    private const string Since = "since";

    /// <summary>Signs in a user who has shown all that is asked of them. A session that the browser had ends.</summary>
    public async Task StartAsync(HttpContext http, User user, string how, CancellationToken cancel)
    {
        if (await FindAsync(http, cancel) is { } previous)
        {
            await sessions.EndAsync(previous.Id, cancel);
        }
        var session = await sessions.StartAsync(user.Id, cancel);
        await http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity(
            [
                new(Session, session.ToString()),
                new(Subject, user.Id.ToString()),
                new(Stamp, user.SecurityStamp!),
                new(Since, clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
            Scheme)));
        await audit.RecordAsync(http, new("sign-in", AuditEvent.Ok, session.ToString(), how) { Actor = user.Id, ActorEmail = user.NormalizedEmail });
    }

    /// <summary>The browser's session; null when it has none, or it has ended.</summary>
    public async Task<BrowserSession?> FindAsync(HttpContext http, CancellationToken cancel)
    {
        if ((await http.AuthenticateAsync(Scheme)).Principal is not { } cookie)
        {
            return null;
        }
        var session = new BrowserSession(
            Guid.Parse(Value(Session)), Guid.Parse(Value(Subject)), Value(Stamp),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(Value(Since), CultureInfo.InvariantCulture)));
        return await sessions.IsOnAsync(session.Id, cancel) ? session : null;

        string Value(string type) => cookie.FindFirst(type)!.Value;
    }

    /// <summary>Ends the browser's session, with the tokens that came of it.</summary>
    public async Task EndAsync(HttpContext http, CancellationToken cancel)
    {
        if (await FindAsync(http, cancel) is { } session)
        {
            await sessions.EndAsync(session.Id, cancel);
        }
        await ForgetAsync(http);
    }

    /// <summary>Takes the cookie away.</summary>
    public static Task ForgetAsync(HttpContext http) => http.SignOutAsync(Scheme);
}
