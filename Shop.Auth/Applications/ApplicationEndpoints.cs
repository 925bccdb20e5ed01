using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Applications;

/// <summary>Registers applications that are not the shop's own.</summary>
internal static class ApplicationEndpoints
{
    public static void MapApplications(this IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("/clients").WithTags("Applications").RequirePermission(Permissions.ClientsManage);
        clients.MapGet("", (Paging paging, Registry registry, CancellationToken cancel) => registry.ListAsync(paging, cancel)).WithName("ListClients")
            .WithSummary("The applications that may have tokens: those that were registered, and those that are configured")
            .Produces<Page<ApplicationView>>().ProducesProblem(StatusCodes.Status400BadRequest);
        clients.MapGet("/{id}", GetAsync).WithName("GetClient").WithSummary("An application")
            .ProducesProblem(StatusCodes.Status404NotFound);
        clients.MapPost("", RegisterAsync).WithName("RegisterClient")
            .WithSummary("Registers an application. Its secret, unless it is public, is in this answer and nowhere else")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        clients.MapPut("/{id}", ChangeAsync).WithName("ChangeClient").WithSummary("Says all of an application anew, but for its type and its secret")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        clients.MapPost("/{id}/secret", RenewSecretAsync).WithName("RenewClientSecret")
            .WithSummary("Gives an application a new secret, which is in this answer and nowhere else; the old one is good no more")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        clients.MapDelete("/{id}", RemoveAsync).WithName("RemoveClient").WithSummary("Removes an application and all its tokens")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<ApplicationView>, ProblemHttpResult>> GetAsync(string id, Registry registry, CancellationToken cancel) =>
        await registry.FindAsync(id, cancel) is { } client ? TypedResults.Ok(client) : Problems.NotFound();

    private static async Task<Results<Created<ApplicationView>, ProblemHttpResult>> RegisterAsync(
        ApplicationRequest request, Registry registry, CancellationToken cancel)
    {
        if (request.Faults() is { Count: > 0 } faults)
        {
            return Problems.Validation(faults);
        }
        var (made, refusal) = await registry.RegisterAsync(request, cancel);
        return made is not null ? TypedResults.Created($"/clients/{made.Id}", made) : Problem(refusal);
    }

    private static async Task<Results<Ok<ApplicationView>, ProblemHttpResult>> ChangeAsync(
        string id, ApplicationRequest request, Registry registry, CancellationToken cancel)
    {
        if (request.Faults() is { Count: > 0 } faults)
        {
            return Problems.Validation(faults);
        }
        var (changed, refusal) = await registry.ChangeAsync(id, request, cancel);
        return changed is not null ? TypedResults.Ok(changed) : Problem(refusal);
    }

    private static async Task<Results<Ok<ApplicationView>, ProblemHttpResult>> RenewSecretAsync(string id, Registry registry, CancellationToken cancel)
    {
        var (changed, refusal) = await registry.RenewSecretAsync(id, cancel);
        return changed is not null ? TypedResults.Ok(changed) : Problem(refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, Registry registry, CancellationToken cancel) =>
        await registry.RemoveAsync(id, cancel) is { } refusal ? Problem(refusal) : TypedResults.NoContent();

    private static ProblemHttpResult Problem(Refusal? refusal) => refusal switch
    {
        Refusal.Configured => Problems.Of(StatusCodes.Status409Conflict, "configured-client", "The application is the shop's own", "It is changed in the configuration of Auth."),
        Refusal.OtherType => Problems.Of(StatusCodes.Status409Conflict, "client-type", "The application is of another type",
            "A type cannot be changed, and a public application has no secret. Register another application."),
        Refusal.BeyondCaller => Problems.Of(StatusCodes.Status403Forbidden, "forbidden", "The access token does not permit this",
            "An application may be given only what you may do yourself."),
        _ => Problems.NotFound(),
    };
}
