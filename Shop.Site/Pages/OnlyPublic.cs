using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Shop.Site.Pages;

/// <summary>
/// What says that it is for somebody leads to the sign-in. What says nothing is closed, and closed is the same as not there: 404. Some
/// of the framework's own endpoints are among them.
/// </summary>
public sealed class OnlyPublic : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded || context.GetEndpoint() is not RouteEndpoint)
            return next(context);
        if (context.GetEndpoint()!.Metadata.GetMetadata<IAuthorizeData>() is not null)
            return _default.HandleAsync(next, context, policy, authorizeResult);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
