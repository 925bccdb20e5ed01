using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Audit;

/// <summary>Commits a change together with its audit record: both or neither.</summary>
internal sealed class AuditedTransaction(AuthDb db, AuditTrail audit, IHttpContextAccessor http)
{
    private HttpContext Http => http.HttpContext ?? throw new InvalidOperationException("There is no request.");

    /// <summary>Runs a change in a transaction. What it adds to the context is saved with it.</summary>
    /// <param name="change">Makes the change and returns its result and what to record; null records nothing. Runs again after a transient database error.</param>
    /// <param name="cancellationToken">Cancels the change until it is committed.</param>
    public async Task<T> RunAsync<T>(Func<Task<(T Result, AuditEvent? Record)>> change, CancellationToken cancellationToken)
    {
        var (result, record) = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var made = await change();
            if (made.Record is not null)
                db.Add(audit.Row(Http, made.Record));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return made;
        });
        if (record is not null)
            audit.LogOnly(Http, record);
        return result;
    }

    /// <summary>Records that a user's change was not made, and returns what the caller is told.</summary>
    public async Task<T> FailAsync<T>(string action, Guid user, T result, string reason, CancellationToken cancellationToken) =>
        await RunAsync(() => Task.FromResult((result, (AuditEvent?)new AuditEvent(action, AuditEvent.Failed, user.ToString(), reason))), cancellationToken);
}
