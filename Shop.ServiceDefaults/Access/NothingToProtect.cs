using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Shop.ServiceDefaults;

/// <summary>
/// The fallback policy also covers requests that no endpoint serves. A caller without a token should learn that the path is unknown
/// (404) or the method wrong (405), not that a token is missing: only endpoints of routes are there to protect.
/// </summary>
internal sealed class NothingToProtect : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        context.GetEndpoint() is RouteEndpoint ? _default.HandleAsync(next, context, policy, authorizeResult) : next(context);
}
