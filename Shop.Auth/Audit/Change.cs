using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

/// <summary>Makes a change and its record in one transaction: both or neither.</summary>
internal sealed class Change(AuthDb db, AuditTrail audit, IHttpContextAccessor http)
{
    private HttpContext Http => http.HttpContext ?? throw new InvalidOperationException("There is no request.");

    /// <summary>Makes a change; what is added to the context is saved with it.</summary>
    /// <param name="change">Makes it, and says what came of it and what to record, null for nothing. It runs again when the database failed in between.</param>
    /// <param name="cancel">Ends it, before it is committed.</param>
    public async Task<T> MakeAsync<T>(Func<Task<(T Result, AuditEvent? Record)>> change, CancellationToken cancel)
    {
        var (result, record) = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var made = await change();
            if (made.Record is not null)
            {
                db.Add(audit.Row(Http, made.Record));
            }
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            return made;
        });
        if (record is not null)
        {
            audit.Recorded(Http, record);
        }
        return result;
    }
}
