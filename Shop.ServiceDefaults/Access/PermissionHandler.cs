using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Access;

/// <summary>Wants one of these permissions, of the token and still.</summary>
internal sealed record PermissionRequirement(params string[] AnyOf) : IAuthorizationRequirement;

/// <summary>Why a caller with a good token is not let in: the session that the token belongs to is over.</summary>
internal sealed class SessionEnded(IAuthorizationHandler handler) : AuthorizationFailureReason(handler, "The session has ended.");

/// <summary>Looks at the token first, so that only those who might get in cause a question to Auth.</summary>
internal sealed class PermissionHandler : AuthorizationHandler<PermissionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (!requirement.AnyOf.Any(context.User.Has) || context.Resource is not HttpContext http)
        {
            return;
        }
        var permissions = await http.RequestServices.GetRequiredService<LiveAccess>().PermissionsAsync(http);
        if (permissions is null)
        {
            context.Fail(new SessionEnded(this));
        }
        else if (requirement.AnyOf.Any(permissions.Contains))
        {
            context.Succeed(requirement);
        }
    }
}
