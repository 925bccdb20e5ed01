using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.SigningIn;

/// <summary>The session of a signed-in browser.</summary>
/// <param name="Id">The session's id, which its tokens carry too.</param>
/// <param name="User">The user's id.</param>
/// <param name="Stamp">The user's security stamp at sign-in, see <see cref="UserSessions.Stamp"/>.</param>
/// <param name="Since">When the user gave their password or used their passkey.</param>
internal sealed record BrowserSession(Guid Id, Guid User, string Stamp, DateTimeOffset Since);

/// <summary>Keeps a browser signed in, with a cookie that names the session.</summary>
internal sealed class BrowserSessions(UserSessions sessions, AuditTrail audit, TimeProvider clock)
{
    private const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
    private const string Session = "session";
    private const string Subject = "sub";
    private const string Since = "since";

    /// <summary>Signs in a user who has passed every step. The browser's previous session ends.</summary>
    public async Task StartAsync(HttpContext http, User user, string how, CancellationToken cancellationToken)
    {
        if (await FindAsync(http, cancellationToken) is { } previous)
            await sessions.EndAsync(previous.Id, cancellationToken);
        var session = await sessions.StartAsync(user.Id, cancellationToken);
        await http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity(
            [
                new(Session, session.ToString()),
                new(Subject, user.Id.ToString()),
                new(UserSessions.Stamp, user.SecurityStamp!),
                new(Since, clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
            Scheme)));
        await audit.RecordAsync(http, new("sign-in", AuditEvent.Ok, session.ToString(), how) { Actor = user.Id, ActorEmail = user.NormalizedEmail });
    }

    /// <summary>The browser's session; null when it has none, or it has ended.</summary>
    public async Task<BrowserSession?> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if ((await http.AuthenticateAsync(Scheme)).Principal is not { } cookie)
            return null;
        var session = new BrowserSession(
            Guid.Parse(Value(Session)), Guid.Parse(Value(Subject)), Value(UserSessions.Stamp),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(Value(Since), CultureInfo.InvariantCulture)));
        return await sessions.IsActiveAsync(session.Id, cancellationToken) ? session : null;

        string Value(string type) => cookie.FindFirst(type)!.Value;
    }

    /// <summary>Ends the browser's session, with its tokens.</summary>
    public async Task EndAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (await FindAsync(http, cancellationToken) is { } session)
            await sessions.EndAsync(session.Id, cancellationToken);
        await DeleteCookieAsync(http);
    }

    public static Task DeleteCookieAsync(HttpContext http) => http.SignOutAsync(Scheme);

    /// <summary>Makes the signed-in user the request's user, for the audit trail and so that antiforgery tokens are bound to them.</summary>
    public static void SetUser(HttpContext http, User user) =>
        http.User = new(new ClaimsIdentity([new("sub", user.Id.ToString()), new("email", user.Email!)], "browser"));
}
