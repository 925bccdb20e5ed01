using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Accounts;

/// <summary>
/// Refuses changes by a session that has ended, although its access token is valid for up to ten minutes more. Auth tells Product by an event
/// (<see cref="SessionsEndedHandler"/>), so orders are taken while Auth is down.
/// </summary>
public sealed class EndedSessions(NpgsqlDataSource database) : IEndpointFilter
{
    // OpenIddict's name for the authorization that the token belongs to, which is the session.
    private const string SessionClaim = "oi_au_id";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await HasEndedAsync(context.HttpContext.User, context.HttpContext.RequestAborted) ? Refuse(context.HttpContext) : await next(context);

    /// <summary>The session of the access token; empty when it has none, as tokens of applications.</summary>
    public static Guid SessionOf(ClaimsPrincipal user) => Guid.TryParse(user.FindFirst(SessionClaim)?.Value, out var id) ? id : Guid.Empty;

    /// <summary>The answer: 401, as for a token that has expired.</summary>
    public static ProblemHttpResult Refuse(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"The session has ended.\"";
        return Problems.Of(StatusCodes.Status401Unauthorized, "unauthorized", "The session has ended", "Sign in again.");
    }

    /// <summary>Whether the caller's session, or account, has ended.</summary>
    /// <exception cref="UnavailableException">The database did not answer in time.</exception>
    public async Task<bool> HasEndedAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await using var row = await database.ReadPreparedAsync(
                "SELECT FROM ended_access WHERE id = $1 OR id = $2 LIMIT 1", [user.Id(), SessionOf(user)], timeout.Token);
            return await row.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException("The database did not say whether the session has ended.");
        }
    }
}
