using System.Data.Common;
using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Shop.Messaging.Contracts;

namespace Shop.Messaging.Outbox;

/// <summary>The outbox for what is written through EF Core.</summary>
public static class OutboxOfContext
{
    /// <summary>Adds the event to what the next <c>SaveChanges</c> writes. The relay is told when that has committed.</summary>
    public static void Publish<T>(this DbContext db, T message) where T : IContract =>
        db.Add(new OutboxRow
        {
            Id = Guid.CreateVersion7(),
            Type = T.Name,
            Payload = Encoding.UTF8.GetString(ContractsJson.Serialize(message)),
            TraceParent = Activity.Current?.Id,
            TraceState = Activity.Current?.TraceStateString,
        });
}

/// <summary>Wakes the relay when a context has committed events.</summary>
internal sealed class OutboxInterceptor(OutboxSignal outbox) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { Database.CurrentTransaction: null } context)
            Wake(context);
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Wake(eventData.Context);
        return Task.CompletedTask;
    }

    private void Wake(DbContext? context)
    {
        if (context?.ChangeTracker.Entries<OutboxRow>().Any() is true)
            outbox.Set();
    }
}
