using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Auth.Accounts;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.OpenIdConnect.Clients;

/// <summary>Lets staff register clients that are not the shop's own.</summary>
internal static class ClientEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("/clients").WithTags("Applications").RequirePermission(Permissions.ClientsManage);
        clients.MapGet("", (Paging paging, RegisteredClients registered, CancellationToken cancellationToken) => registered.ListAsync(paging, cancellationToken)).WithName("ListClients")
            .WithSummary("The applications that may have tokens: those that were registered, and those that are configured")
            .Produces<Page<ClientView>>().ProducesProblem(StatusCodes.Status400BadRequest);
        clients.MapGet("/{id}", GetAsync).WithName("GetClient").WithSummary("An application")
            .ProducesProblem(StatusCodes.Status404NotFound);
        clients.MapPost("", RegisterAsync).WithName("RegisterClient")
            .WithSummary("Registers an application. Its secret, unless it is public, is in this answer and nowhere else")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        clients.MapPut("/{id}", ChangeAsync).WithName("ChangeClient").WithSummary("Says all of an application anew, but for its type and its secret")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        clients.MapPost("/{id}/secret", RenewSecretAsync).WithName("RenewClientSecret")
            .WithSummary("Gives an application a new secret, which is in this answer and nowhere else; the old one is no longer valid")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        clients.MapDelete("/{id}", RemoveAsync).WithName("RemoveClient").WithSummary("Removes an application and all its tokens")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> GetAsync(string id, RegisteredClients registered, CancellationToken cancellationToken) =>
        await registered.FindAsync(id, cancellationToken) is { } client ? TypedResults.Ok(client) : Problems.NotFound();

    private static async Task<Results<Created<ClientView>, ProblemHttpResult>> RegisterAsync(
        ClientRequest request, RegisteredClients registered, CancellationToken cancellationToken)
    {
        if (request.Validate() is { } invalid)
            return invalid;
        var (made, refusal) = await registered.RegisterAsync(request, cancellationToken);
        return made is not null ? TypedResults.Created($"/clients/{made.Id}", made) : Problem(refusal);
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> ChangeAsync(
        string id, ClientRequest request, RegisteredClients registered, CancellationToken cancellationToken)
    {
        if (request.Validate() is { } invalid)
            return invalid;
        var (changed, refusal) = await registered.ChangeAsync(id, request, cancellationToken);
        return changed is not null ? TypedResults.Ok(changed) : Problem(refusal);
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> RenewSecretAsync(string id, RegisteredClients registered, CancellationToken cancellationToken)
    {
        var (changed, refusal) = await registered.RenewSecretAsync(id, cancellationToken);
        return changed is not null ? TypedResults.Ok(changed) : Problem(refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, RegisteredClients registered, CancellationToken cancellationToken) =>
        await registered.RemoveAsync(id, cancellationToken) is { } refusal ? Problem(refusal) : TypedResults.NoContent();

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
