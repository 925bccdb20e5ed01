using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shop.ServiceDefaults.Access;

namespace Shop.ServiceDefaults;

/// <summary>
/// The fallback policy also covers requests that no endpoint serves. A caller without a token should learn that the path is unknown
/// (404) or the method wrong (405), not that a token is missing: only endpoints of routes are there to protect.
/// Refusals are recorded; a caller whose session has ended is told to sign in again (401), not that they may not (403).
/// </summary>
internal sealed class NothingToProtect(AuditLog audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }
        if (authorizeResult.Forbidden)
        {
            var ended = authorizeResult.AuthorizationFailure?.FailureReasons.Any(reason => reason is SessionEnded) is true;
            authorizeResult = ended ? PolicyAuthorizationResult.Challenge() : authorizeResult;
            await audit.RecordAsync(context, new("access", AuditEvent.Refused, Detail:
                $"{context.Request.Method} {endpoint.RoutePattern.RawText}: {(ended ? "the session has ended" : "not permitted")}"));
        }
        await _default.HandleAsync(next, context, policy, authorizeResult);
    }
}
