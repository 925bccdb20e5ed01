using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>Takes a product off sale; old orders keep it.</summary>
internal static class ArchiveProduct
{
    // Version $2, or any where that is 0.
    private static readonly string Sql = $"""
        WITH archived AS (
            UPDATE products SET archived_at = now(), version = version + 1
            WHERE id = $1 AND archived_at IS NULL AND ($2 = 0 OR version = $2) RETURNING 1)
        {OutboxSql.Insert<AuditRecorded>(first: 3, from: "archived")}
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, HttpContext http, ProductDb db, Transactions transactions, AuditOutbox audit, CancellationToken cancellationToken)
    {
        var (headers, version) = (http.Request.Headers, 0);
        if (headers.IfMatch.Count > 0 || headers.IfNoneMatch.Count > 0)
        {
            var seen = await db.Products.Where(x => x.Id == id && x.ArchivedAt == null)
                .Select(x => new { x.Version, x.Stock.Available }).SingleOrDefaultAsync(cancellationToken);
            if (seen is null)
                return Problems.NotFound();
            if (ProductTag.Check(headers, ProductTag.Of(seen.Version, seen.Available)) is not Precondition.Holds)
                return Problems.Stale();
            version = seen.Version;
        }
        var record = new AuditEvent("product.archive", AuditEvent.Ok, id.ToString());
        var work = transactions.Begin();
        var archived = work.Execute(Sql, id, version, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (archived.RowsAffected == 0)
            return version == 0 ? Problems.NotFound() : Problems.Stale();
        audit.Recorded(http, record);
        return TypedResults.NoContent();
    }
}
