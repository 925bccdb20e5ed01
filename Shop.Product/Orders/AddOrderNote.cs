using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Orders;

/// <summary><c>POST /orders/{id}/notes</c>: staff writes something about an order, for staff. Its customer does not see it.</summary>
public static class AddOrderNote
{
    /// <summary>Requests that come at the same moment may exceed it by one each.</summary>
    private const int Most = 100;

    private static readonly string Sql = string.Create(CultureInfo.InvariantCulture, $"""
        WITH written AS (
            INSERT INTO order_notes (id, order_id, author, author_name, at, text)
            SELECT $1, o.id, $3, $4, $5, $6 FROM orders o WHERE o.id = $2 AND (SELECT count(*) FROM order_notes WHERE order_id = $2) < {Most}
            RETURNING 1)
        {OutboxSql.Insert<AuditRecorded>(first: 7, from: "written")}
        """);

    /// <summary>201 with the note; 409 when the order has too many.</summary>
    public static async Task<Results<Created<OrderNoteView>, ProblemHttpResult>> Endpoint(
        Guid id, NoteRequest request, HttpContext http, Transactions transactions, AuditOutbox audit, NpgsqlDataSource database, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var note = new OrderNoteView(
            Guid.CreateVersion7(now), http.User.Id(), http.User.FindFirst("name")?.Value ?? "", now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)), request.Text);
        var record = new AuditEvent("order.note", AuditEvent.Ok, id.ToString());
        var work = transactions.Begin();
        var written = work.Execute(Sql, note.Id, id, note.Author, note.AuthorName, note.At, note.Text, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (written.RowsAffected > 0)
        {
            audit.Recorded(http, record);
            return TypedResults.Created($"/orders/{id}", note);
        }
        return await OrderQueries.GetAsync(database, id, owner: null, cancellationToken) is null
            ? Problems.NotFound()
            : Problems.Of(StatusCodes.Status409Conflict, "too-many-notes", "The order has too many notes", $"It has {Most}, the most that an order can have.");
    }

    /// <summary>All notes of an order, the oldest first.</summary>
    internal static async Task<IReadOnlyList<OrderNoteView>> ReadAsync(NpgsqlDataSource database, Guid order, CancellationToken cancellationToken)
    {
        var notes = new List<OrderNoteView>();
        await using var rows = await database.ReadPreparedAsync(
            "SELECT id, author, author_name, at, text FROM order_notes WHERE order_id = $1 ORDER BY id", [order], cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            notes.Add(new(rows.GetGuid(0), rows.GetGuid(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3), rows.GetString(4)));
        return notes;
    }
}

/// <summary>A note about an order.</summary>
/// <param name="Text">Plain text, 1 to 1,000 characters, normalised.</param>
public sealed record NoteRequest(string Text) : IValidatableObject
{
    internal const int Longest = 1000;

    /// <summary>Plain text.</summary>
    public string Text { get; init; } = PlainText.Normalize(Text);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Text.Length > Longest || !PlainText.IsVisible(Text) || !PlainText.IsStorable(Text))
            yield return new($"Must have 1 to {Longest} characters.", ["text"]);
        if (CardNumber.IsIn(Text))
            yield return new("Must not hold a card number.", ["text"]);
    }
}
