using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Accounts;

/// <summary>
/// At start, normalizes the addresses of accounts from before <see cref="EmailAddress.Normalize"/>. Where two accounts would get the same address, one of them does;
/// the other is still found by exactly what was registered.
/// </summary>
internal sealed class NormalizeAddresses(IServiceScopeFactory scopes, NpgsqlDataSource database, ILogger<NormalizeAddresses> logger) : StartupTask
{
    /// <summary>Selects the addresses that may need it. Printable ASCII without a trailing dot has always been stored normalized.</summary>
    public const string Candidates = "normalized_email ~ '[^!-~]|[.]$'";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var held = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        var users = await db.Users.FromSqlRaw($"SELECT * FROM users WHERE {Candidates}").OrderBy(user => user.Id).AsNoTracking()
            .Select(user => new { user.Id, user.Email, user.NormalizedEmail }).ToListAsync(cancellationToken);
        foreach (var user in users)
        {
            var normalized = EmailAddress.Normalize(user.Email!);
            if (normalized != user.NormalizedEmail && normalized.Length <= EmailAddress.MaxLength)
                await SetAsync(db, user.Id, normalized, cancellationToken);
        }
    }

    private async Task SetAsync(AuthDb db, Guid id, string normalized, CancellationToken cancellationToken)
    {
        try
        {
            await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(user => user.NormalizedEmail, normalized).SetProperty(user => user.NormalizedUserName, normalized), cancellationToken);
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            logger.LogWarning("The normalized address of account {Id} belongs to another account; it is found only by the address as registered", id);
        }
    }
}
