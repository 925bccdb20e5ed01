using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Validation.AspNetCore;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Sessions;

/// <summary>The caller's own sessions.</summary>
internal static class SessionEndpoints
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<UserSessions>();
        // Refuses access tokens of ended sessions at once, at the cost of a database query. OpenIddict finds a token's authorization through the token's entry.
        builder.Services.AddOpenIddict()
            .AddValidation(validation => validation.EnableTokenEntryValidation().EnableAuthorizationEntryValidation());
    }

    /// <summary>The indexes for listing and ending sessions. OpenIddict has none that begins with the user.</summary>
    public static void AddSessions(this ModelBuilder model)
    {
        model.Entity<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().HasIndex(session => new { session.Subject, session.CreationDate, session.Id });
        model.Entity<OpenIddictEntityFrameworkCoreToken<Guid>>().HasIndex("AuthorizationId", "CreationDate");
    }

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/me/access", AccessAsync).WithName("GetAccess").WithTags("Account")
            .WithSummary("What the caller may do now, whatever their token says; 401 when their session has ended");

        var sessions = app.MapGroup("/me/sessions").WithTags("Sessions");
        sessions.MapGet("", ListAsync).WithName("ListSessions").WithSummary("Where the caller is signed in, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        sessions.MapDelete("/{id:guid}", EndAsync).WithName("EndSession").WithSummary("Signs the caller out there, at once")
            .ProducesProblem(StatusCodes.Status404NotFound);
        sessions.MapDelete("", EndOthersAsync).WithName("EndOtherSessions").WithSummary("Signs the caller out everywhere but here, at once");
    }

    /// <summary>The session that the caller's token belongs to; null for none.</summary>
    public static Guid? Session(this ClaimsPrincipal user) => Guid.TryParse(user.GetAuthorizationId(), out var id) ? id : null;

    /// <summary>401 for a valid token whose session or account is gone. OpenIddict by itself would answer 403.</summary>
    public static ChallengeHttpResult SignInAgain() => TypedResults.Challenge(new(new Dictionary<string, string?>
    {
        [OpenIddictValidationAspNetCoreConstants.Properties.Error] = OpenIddictConstants.Errors.InvalidToken,
        [OpenIddictValidationAspNetCoreConstants.Properties.ErrorDescription] = "The session has ended.",
    }));

    private static async Task<Results<Ok<AccessView>, ChallengeHttpResult>> AccessAsync(HttpContext http, LiveAccess access) =>
        await access.PermissionsAsync(http) is { } permissions ? TypedResults.Ok(new AccessView(permissions)) : SignInAgain();

    private static async Task<Ok<Page<SessionView>>> ListAsync(ClaimsPrincipal user, Paging paging, UserSessions sessions, CancellationToken cancellationToken) =>
        TypedResults.Ok(await sessions.ListAsync(user.Id(), user.Session(), paging, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        Guid id, ClaimsPrincipal user, UserSessions sessions, AuditedTransaction transaction, CancellationToken cancellationToken) =>
        await sessions.EndOneAsync(transaction, user.Id(), id, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound();

    private static async Task<NoContent> EndOthersAsync(ClaimsPrincipal user, UserSessions sessions, AuditedTransaction transaction, CancellationToken cancellationToken)
    {
        await sessions.EndOthersAsync(transaction, user.Id(), user.Session(), cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <param name="Permissions">What the caller's roles permit together, sorted.</param>
internal sealed record AccessView(IReadOnlyCollection<string> Permissions);
