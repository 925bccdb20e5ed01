using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Database;
using Shop.Product.Accounts;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Addresses;

/// <summary>The addresses that somebody has saved. They go with the account.</summary>
public static class AddressBook
{
    private const int Most = 20;

    private static readonly string AddSql =
        $"INSERT INTO addresses (id, customer_id, content) SELECT $1, $2, $3::jsonb WHERE (SELECT count(*) FROM addresses WHERE customer_id = $2) < {Most}";

    /// <summary>Maps <c>/addresses</c>.</summary>
    public static void MapAddresses(this IEndpointRouteBuilder app)
    {
        var addresses = app.MapGroup("/addresses").WithTags("Addresses").RequireAuthorization();
        addresses.MapGet("/", List).WithName("ListAddresses").WithSummary("Own addresses, the newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        addresses.MapPost("/", Add).AddEndpointFilter<EndedSessions>().WithName("AddAddress").WithSummary("Save an address")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        addresses.MapPut("/{id:guid}", Change).AddEndpointFilter<EndedSessions>().WithName("ChangeAddress").WithSummary("Change a saved address; orders keep what they were placed with")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        addresses.MapDelete("/{id:guid}", Remove).WithName("RemoveAddress").WithSummary("Forget a saved address")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The customer's address of that id; null when they have none.</summary>
    internal static async Task<PostalAddress?> FindAsync(NpgsqlDataSource database, Guid customer, Guid id, CancellationToken cancellationToken)
    {
        await using var rows = await database.ReadPreparedAsync("SELECT content FROM addresses WHERE id = $1 AND customer_id = $2", [id, customer], cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows.GetString(0)) : null;
    }

    private static async Task<Results<Ok<Page<AddressView>>, ProblemHttpResult>> List(
        Paging paging, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var addresses = new List<AddressView>();
        await using var rows = await database.ReadPreparedAsync(
            "SELECT id, content FROM addresses WHERE customer_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            [http.User.Id(), paging.After<Position>()?.Id, paging.Fetch], cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            addresses.Add(AddressView.Of(rows.GetGuid(0), Read(rows.GetString(1))));
        return TypedResults.Ok(Page.Of(addresses, paging, address => new Position(address.Id)));
    }

    private static async Task<Results<Created<AddressView>, ProblemHttpResult>> Add(
        PostalAddress address, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        // Requests that come at the same moment may exceed the limit by one each.
        var added = await database.ExecutePreparedAsync(
            AddSql,
            [id, http.User.Id(), Write(address)], cancellationToken);
        return added > 0
            ? TypedResults.Created($"/addresses/{id}", AddressView.Of(id, address))
            : Problems.Of(StatusCodes.Status409Conflict, "too-many-addresses", "There are too many saved addresses", $"At most {Most} can be saved. Remove one first.");
    }

    private static async Task<Results<Ok<AddressView>, ProblemHttpResult>> Change(
        Guid id, PostalAddress address, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var changed = await database.ExecutePreparedAsync(
            "UPDATE addresses SET content = $3::jsonb WHERE id = $1 AND customer_id = $2", [id, http.User.Id(), Write(address)], cancellationToken);
        return changed > 0 ? TypedResults.Ok(AddressView.Of(id, address)) : Problems.NotFound();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Remove(Guid id, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var removed = await database.ExecutePreparedAsync("DELETE FROM addresses WHERE id = $1 AND customer_id = $2", [id, http.User.Id()], cancellationToken);
        return removed > 0 ? TypedResults.NoContent() : Problems.NotFound();
    }

    private sealed record Position(Guid Id);

    private static PostalAddress Read(string content) => JsonSerializer.Deserialize(content, AddressesJson.Default.PostalAddress)!;

    private static string Write(PostalAddress address) => JsonSerializer.Serialize(address, AddressesJson.Default.PostalAddress);
}

/// <summary>A saved address.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Who lives there.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">More of that; left out: none.</param>
/// <param name="PostalCode">The postal code.</param>
/// <param name="City">The city.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Phone">For the carrier; left out: none.</param>
public sealed record AddressView(
    Guid Id, string Name, string Line1, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Line2, string PostalCode, string City,
    string Country, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Phone)
{
    internal static AddressView Of(Guid id, PostalAddress address) =>
        new(id, address.Name, address.Line1, address.Line2, address.PostalCode, address.City, address.Country, address.Phone);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Page<AddressView>))]
[JsonSerializable(typeof(PostalAddress))]
internal sealed partial class AddressesJson : JsonSerializerContext;
