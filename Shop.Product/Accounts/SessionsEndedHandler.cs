using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;

namespace Shop.Product.Accounts;

/// <summary>Remembers sessions that are over for as long as there can be tokens of them.</summary>
internal sealed class SessionsEndedHandler : IHandle<SessionsEnded>
{
    public Task HandleAsync(SessionsEnded message, Delivery delivery, CancellationToken cancellationToken)
    {
        if (message.Sessions.Count > SessionsEnded.Most)
            throw new PermanentException($"A message names at most {SessionsEnded.Most} sessions.");
        delivery.RememberEnded([.. message.Sessions]);
        return Task.CompletedTask;
    }
}

/// <summary>Takes nothing more in the name of an account that is gone. What it ordered stays, and names nobody.</summary>
internal sealed class AccountDeletedHandler : IHandle<AccountDeleted>
{
    public Task HandleAsync(AccountDeleted message, Delivery delivery, CancellationToken cancellationToken)
    {
        delivery.RememberEnded([message.UserId]);
        return Task.CompletedTask;
    }
}

internal static class EndedAccessWriting
{
    public static void RememberEnded(this Delivery delivery, Guid[] ids)
    {
        delivery.Add("INSERT INTO ended_access (id) SELECT DISTINCT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING", ids);
        // Tokens last ten minutes, and the clocks of two machines differ by less than the rest. Not those that another delivery removes right now.
        delivery.Add("""
            DELETE FROM ended_access WHERE id IN (
                SELECT id FROM ended_access WHERE ended_at < now() - interval '1 hour' FOR UPDATE SKIP LOCKED)
            """);
    }
}
