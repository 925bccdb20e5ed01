using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Shop.Web.Pages;

/// <summary>
/// What does not say that it is public is closed, and as nobody can sign in here, closed is the same as not there: 404, where the
/// framework would look for a way to sign in and fail. Some of its own endpoints are among them.
/// </summary>
internal sealed class OnlyPublic : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded || context.GetEndpoint() is not RouteEndpoint)
        {
            return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
