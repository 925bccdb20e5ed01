using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Messaging.DeadLetters;

/// <summary>A message that could not be handled, as the API shows it.</summary>
/// <param name="Id">What to replay or delete it by.</param>
/// <param name="Queue">The queue whose consumer could not handle it.</param>
/// <param name="MessageId">The id that its sender gave it; null: none.</param>
/// <param name="Type">The contract's name, if it is one; null: none given.</param>
/// <param name="Reason">Why it could not be handled.</param>
/// <param name="DiedAt">When it last could not, UTC.</param>
/// <param name="Deaths">How often it could not.</param>
/// <param name="Headers">Its sender's headers.</param>
/// <param name="Body">The body as text, at most 8 KB of it.</param>
/// <param name="BodyCut">Whether the body is longer.</param>
public sealed record DeadLetterView(
    Guid Id, string Queue, string? MessageId, string? Type, string Reason, DateTimeOffset DiedAt, int Deaths, JsonElement Headers, string Body, bool BodyCut);

/// <summary>Events that wait to be published.</summary>
/// <param name="Waiting">How many; up to 10,000 are counted.</param>
/// <param name="OldestAt">Since when the oldest of them waits, UTC; null: none does.</param>
public sealed record OutboxView(int Waiting, DateTimeOffset? OldestAt);

/// <summary>Messages that could not be handled: staff looks at them, replays or deletes them.</summary>
public static class DeadLetterEndpoints
{
    private const int ShownBody = 8 * 1024;

    private const string ListSql = """
        SELECT id, queue, message_id, type, reason, died_at, deaths, headers, substring(body FROM 1 FOR $4), octet_length(body) FROM dead_letters
        WHERE replayed_at IS NULL AND (died_at, id) < ($1, $2)
        ORDER BY died_at DESC, id DESC LIMIT $3
        """;

    private const string OutboxCountSql = "SELECT count(*)::int, min(created_at) FROM (SELECT created_at FROM outbox LIMIT 10000) waiting";

    private const string FindSql = "SELECT queue, message_id, type FROM dead_letters WHERE id = $1";

    private static readonly string DeleteSql = $"""
        WITH deleted AS (DELETE FROM dead_letters WHERE id = $1 RETURNING 1)
        {OutboxSql.Insert<AuditRecorded>(first: 2, from: "deleted")}
        """;

    private static readonly Position Newest = new(DateTimeOffset.MaxValue, Guid.AllBitsSet);

    /// <summary>Maps <c>/dead-letters</c>, <c>/outbox</c> and <c>/consumers</c>.</summary>
    public static IEndpointRouteBuilder MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/dead-letters").WithTags("Dead letters").RequirePermission(Permissions.MessagesManage);
        letters.MapGet("/", List).WithName("ListDeadLetters")
            .WithSummary("Messages that could not be handled and were not replayed, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        letters.MapPost("/{id:guid}/replay", Replay).WithName("ReplayDeadLetter")
            .WithSummary("Send the message again; once, however often it is asked for, unless it dies again")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        letters.MapDelete("/{id:guid}", Delete).WithName("DeleteDeadLetter")
            .WithSummary("Forget the message")
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/outbox", Outbox).WithName("GetOutbox").WithTags("Dead letters").RequirePermission(Permissions.MessagesManage)
            .WithSummary("How many events wait to be published, up to 10,000, and since when");
        app.MapConsumers();
        return app;
    }

    private static async Task<Ok<OutboxView>> Outbox(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var reader = await database.ReadPreparedAsync(OutboxCountSql, [], cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return TypedResults.Ok(new OutboxView(reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1)));
    }

    private static async Task<Ok<Page<DeadLetterView>>> List(Paging paging, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var after = paging.After<Position>() ?? Newest;
        await using var reader = await database.ReadPreparedAsync(ListSql, [after.DiedAt.ToUniversalTime(), after.Id, paging.Fetch, ShownBody], cancellationToken);
        var rows = new List<DeadLetterView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var isCut = reader.GetInt32(9) > ShownBody;
            rows.Add(new DeadLetterView(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetInt32(6),
                JsonElement.Parse(reader.GetString(7)),
                Readable.Body(reader.GetFieldValue<byte[]>(8), isCut),
                isCut));
        }
        return TypedResults.Ok(Page.Of(rows, paging, x => new Position(x.DiedAt, x.Id)));
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Replay(Guid id, HttpContext http, DeadLetterReplay replay) =>
        await replay.ReplayAsync(id, http) ? TypedResults.Accepted((string?)null) : Problems.NotFound();

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, HttpContext http, NpgsqlDataSource database, Transactions transactions, AuditOutbox audit, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(id, database, cancellationToken) is not { } letter)
            return Problems.NotFound();
        var record = new AuditEvent("dead-letter.delete", AuditEvent.Ok, id.ToString(), letter);
        var work = transactions.Begin();
        var deleted = work.Execute(DeleteSql, id, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (deleted.RowsAffected == 0)
            return Problems.NotFound();
        audit.Recorded(http, record);
        return TypedResults.NoContent();
    }

    private static async Task<string?> DescribeAsync(Guid id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var reader = await database.ReadPreparedAsync(FindSql, [id], cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? $"Message {reader[1]} of type {reader[2]} from {reader[0]}." : null;
    }

    private sealed record Position(DateTimeOffset DiedAt, Guid Id);
}
