using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Access;

/// <summary>Who the caller is and what they may do.</summary>
public static class AccessExtensions
{
    internal const string PermissionClaim = "permission";

    /// <summary>
    /// Denies by default: an endpoint requires a signed-in caller unless it is marked <c>AllowAnonymous()</c>. A service that uses
    /// <see cref="RequirePermission"/> also registers a <see cref="LiveAccess"/>.
    /// </summary>
    public static IServiceCollection AddShopAuthorization(this IServiceCollection services)
    {
        services.TryAddSingleton<AuditLog>();
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationResultHandler>();
        services.AddAuthorizationBuilder().SetFallbackPolicy(SignedIn().Build());
        return services;
    }

    /// <summary>
    /// Lets only callers in whose access token has the permission and who still have it; others get 403, and 401 when their session has ended or
    /// their account is locked. 503 when Auth cannot be asked: without its answer nobody gets in.
    /// </summary>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="anyOf">Some of <see cref="Permissions"/>; one of them does.</param>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder endpoint, params string[] anyOf) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(SignedIn().AddRequirements(new PermissionRequirement(anyOf)).Build())
            .WithMetadata(new PermissionMetadata(string.Join(" or ", anyOf)));

    /// <summary>The caller's user id, the token's <c>sub</c>.</summary>
    /// <exception cref="ProblemException">403: the caller is no user, but a program that acts for itself.</exception>
    public static Guid Id(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirst("sub")?.Value, out var id)
        ? id
        : throw new ProblemException(Problems.Of(StatusCodes.Status403Forbidden, "forbidden", "The access token does not permit this", "This is for users only."));

    /// <summary>
    /// Whether the caller's access token has the permission: they had it up to ten minutes ago. Where it opens something, ask <see cref="LiveAccess"/>.
    /// </summary>
    public static bool Has(this ClaimsPrincipal user, string permission) => user.HasClaim(PermissionClaim, permission);

    private static AuthorizationPolicyBuilder SignedIn() => new AuthorizationPolicyBuilder().RequireAuthenticatedUser();
}

/// <summary>Tells the API document which permission an endpoint requires.</summary>
internal sealed record PermissionMetadata(string Permission);
