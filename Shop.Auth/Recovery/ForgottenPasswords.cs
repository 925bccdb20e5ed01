using Microsoft.EntityFrameworkCore;
using Shop.Auth.Mail;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Recovery;

/// <summary>Wakes those who see to forgotten passwords.</summary>
internal sealed class ForgottenSignal : Signal;

/// <summary>
/// Writes to those who forgot their password. A request only notes the address, whoever's it is, so that neither its answer nor its time tells whether
/// there is such an account; that is found out here.
/// </summary>
internal sealed class ForgottenPasswords(IServiceScopeFactory scopes, ForgottenSignal signal, MailSignal mail, TimeProvider clock, ILogger<ForgottenPasswords> logger)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>For how long after its end a link still counts as one that was mailed.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Notes that somebody says so.</summary>
    public static async Task NoteAsync(AuthDb db, ForgottenSignal signal, string email, CancellationToken cancel)
    {
        // A row for each time: one that is there already would be found sooner than one is made.
        await db.Database.ExecuteSqlAsync($"INSERT INTO forgotten_passwords (id, email) VALUES ({Guid.CreateVersion7()}, {email})", cancel);
        signal.Raise();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await AnswerNextAsync(stoppingToken))
                {
                }
                await signal.WaitAsync(Patience, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            // The database is away, say: what waits there waits.
            catch (Exception e)
            {
                logger.LogWarning("Forgotten passwords wait: {Reason}", e.Message);
                await Task.Delay(Patience, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>False when there was none.</summary>
    private async Task<bool> AnswerNextAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, links) = (scope.ServiceProvider.GetRequiredService<AuthDb>(), scope.ServiceProvider.GetRequiredService<MailedLinks>());
        var answered = await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var next = await db.Set<ForgottenPassword>().FromSql($"SELECT * FROM forgotten_passwords ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").ToListAsync(cancel);
            if (next is not [var forgotten])
            {
                return false;
            }
            var old = clock.GetUtcNow() - Kept;
            await db.Set<MailedLink>().Where(link => link.ExpiresAt < old).ExecuteDeleteAsync(cancel);
            if (await db.Users.FindByEmailAsync(forgotten.Email, cancel) is { } user && !await links.AreManyAsync(user.Id, cancel))
            {
                scope.ServiceProvider.GetRequiredService<Letters>().Forgotten(user);
            }
            db.Remove(forgotten);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            return true;
        });
        if (answered)
        {
            mail.Raise();
        }
        return answered;
    }
}
