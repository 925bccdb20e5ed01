using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Users;

/// <summary>
/// Gives the addresses of accounts that were made before addresses had one form (<see cref="EmailAddress.Normalize"/>) that form. Where two accounts have
/// one address then, one of them has it; the other is found as before, by exactly what was registered.
/// </summary>
internal sealed class AddressForms(IServiceScopeFactory scopes, NpgsqlDataSource database, ILogger<AddressForms> logger) : StartupTask
{
    /// <summary>Those that may have another form. What is all plain characters, with no dot at the end, has had it all along.</summary>
    public const string Others = "normalized_email ~ '[^!-~]|[.]$'";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        var users = await db.Users.FromSqlRaw($"SELECT * FROM users WHERE {Others}").OrderBy(user => user.Id).AsNoTracking()
            .Select(user => new { user.Id, user.Email, user.NormalizedEmail }).ToListAsync(cancellationToken);
        foreach (var user in users)
        {
            var form = EmailAddress.Normalize(user.Email!);
            if (form != user.NormalizedEmail && form.Length <= EmailAddress.MaxLength)
            {
                await GiveAsync(db, user.Id, form, cancellationToken);
            }
        }
    }

    private async Task GiveAsync(AuthDb db, Guid id, string form, CancellationToken cancel)
    {
        try
        {
            await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(user => user.NormalizedEmail, form).SetProperty(user => user.NormalizedUserName, form), cancel);
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            logger.LogWarning("Account {Id} has the address of another one; it is found only as it was registered", id);
        }
    }
}
