using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;

namespace Shop.Product.Accounts;

/// <summary>Remembers sessions that have ended for as long as their tokens can be valid.</summary>
internal sealed class SessionsEndedHandler : IHandle<SessionsEnded>
{
    public Task HandleAsync(SessionsEnded message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.Sessions.Count > SessionsEnded.Most)
            throw new PermanentException($"A message names at most {SessionsEnded.Most} sessions.");
        EndedAccessSql.Remember(delivery.Work, [.. message.Sessions]);
        return Task.CompletedTask;
    }
}

/// <summary>Refuses further orders of a deleted account, and deletes its cart and addresses. Its earlier orders stay, without a name.</summary>
internal sealed class AccountDeletedHandler : IHandle<AccountDeleted>
{
    public Task HandleAsync(AccountDeleted message, Delivery delivery, CancellationToken cancellationToken)
    {
        EndedAccessSql.Remember(delivery.Work, [message.UserId]);
        foreach (var sql in ForgetAccounts.OneSql)
            delivery.Work.ExecuteLast(sql, message.UserId);
        return Task.CompletedTask;
    }
}

internal static class EndedAccessSql
{
    private const string InsertSql = "INSERT INTO ended_access (id) SELECT DISTINCT unnest($1) ORDER BY 1 ON CONFLICT DO NOTHING";

    // Tokens are valid for ten minutes; the rest is for clocks that differ. Rows that another delivery is removing are skipped.
    private const string PruneSql = """
        DELETE FROM ended_access WHERE id IN (
            SELECT id FROM ended_access WHERE ended_at < now() - interval '1 hour' FOR UPDATE SKIP LOCKED)
        """;

    public static void Remember(UnitOfWork work, Guid[] ids)
    {
        work.ExecuteLast(InsertSql, ids);
        work.Execute(PruneSql);
    }
}
