using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shop.ServiceDefaults.Audit;

namespace Shop.ServiceDefaults.Access;

/// <summary>
/// The fallback policy also covers requests that no endpoint serves. A caller without a token should learn that the path is unknown
/// (404) or the method wrong (405), not that a token is missing: only endpoints need protection.
/// Refusals are recorded; a caller whose session has ended is told to sign in again (401), not that they may not (403).
/// </summary>
internal sealed class AuthorizationResultHandler(AuditLog audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }
        var ended = authorizeResult.AuthorizationFailure?.FailureReasons.Any(reason => reason is SessionEnded) is true;
        if (authorizeResult.Forbidden)
        {
            await audit.RecordAsync(context, new("access", AuditEvent.Refused, Detail:
                $"{context.Request.Method} {endpoint.RoutePattern.RawText}: {(ended ? "the session has ended" : "not permitted")}"));
        }
        if (ended)
        {
            // Not a challenge, which the scheme's handler would answer without a reason: to it the token is valid.
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"The session has ended\"";
            return;
        }
        await _default.HandleAsync(next, context, policy, authorizeResult);
    }
}
