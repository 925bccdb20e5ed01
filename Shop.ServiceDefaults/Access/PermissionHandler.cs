using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Access;

/// <summary>Requires one of these permissions, in the token and still in force.</summary>
internal sealed record PermissionRequirement(params string[] AnyOf) : IAuthorizationRequirement;

/// <summary>The reason for a caller with a valid token: the token's session has ended.</summary>
internal sealed class SessionEnded(IAuthorizationHandler handler) : AuthorizationFailureReason(handler, "The session has ended.");

/// <summary>Checks the token first, so that Auth is only asked about callers who might be permitted.</summary>
internal sealed class PermissionHandler : AuthorizationHandler<PermissionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (!requirement.AnyOf.Any(context.User.Has) || context.Resource is not HttpContext http)
            return;
        var permissions = await http.RequestServices.GetRequiredService<LiveAccess>().PermissionsAsync(http);
        if (permissions is null)
            context.Fail(new SessionEnded(this));
        else if (requirement.AnyOf.Any(permissions.Contains))
            context.Succeed(requirement);
    }
}
