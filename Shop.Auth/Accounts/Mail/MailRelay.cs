using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MimeKit;
using Npgsql;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Accounts.Mail;

/// <summary>
/// Sends queued mails one after another and deletes what was sent. A crash in between sends a mail again. While the server is unavailable, mails are retried with
/// backoff. Several replicas share the work.
/// </summary>
internal sealed class MailRelay(
    NpgsqlDataSource database, IMailTransport transport, MailEncryption encryption, MailSignal signal, IOptions<MailOptions> options, TimeProvider clock,
    ILogger<MailRelay> logger)
    : RepeatingService("Sending mail", logger, clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromMinutes(5);

    /// <summary>Longer than sending one takes. Until then no other replica tries it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private const string TakeSql = """
        UPDATE mails SET not_before = $1 + $2, attempts = attempts + 1
        WHERE id = (SELECT id FROM mails WHERE not_before <= $1 ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, recipient, subject, body, created_at, attempts
        """;

    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        while (await SendNextAsync(stoppingToken))
        {
        }
        await signal.WaitAsync(PollInterval, stoppingToken);
        return TimeSpan.Zero;
    }

    /// <summary>False when none was due.</summary>
    private async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        if (await TakeAsync(cancellationToken) is not { } waiting)
            return false;
        try
        {
            using var mail = Letter(waiting);
            await transport.SendAsync(mail, cancellationToken);
            await RemoveAsync(waiting.Id, cancellationToken);
            return true;
        }
        catch (Exception e) when (MailTransports.IsPermanent(e) || e is CryptographicException || Clock.GetUtcNow() - waiting.CreatedAt > options.Value.GiveUpAfter)
        {
            // The address is personal data and not logged.
            logger.LogError("Mail {Id} is dropped after {Attempts} attempts: {Reason}", waiting.Id, waiting.Attempts, e.Message);
            await RemoveAsync(waiting.Id, cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("Mail {Id} will be retried after {Attempts} attempts: {Reason}", waiting.Id, waiting.Attempts, e.Message);
            await RescheduleAsync(waiting, cancellationToken);
            return true;
        }
    }

    private MimeMessage Letter(Waiting waiting) => new()
    {
        From = { MailboxAddress.Parse(options.Value.From) },
        To = { new MailboxAddress("", waiting.Recipient) },
        Subject = waiting.Subject,
        Date = waiting.CreatedAt,
        // Does not change between attempts, so that mail clients show a repeated mail once.
        MessageId = $"{waiting.Id:N}@{options.Value.From.Split('@')[^1]}",
        Headers = { { HeaderId.AutoSubmitted, "auto-generated" } },
        Body = new TextPart("plain") { Text = encryption.Unprotect(waiting.Body) },
    };

    private async Task<Waiting?> TakeAsync(CancellationToken cancellationToken)
    {
        await using var take = database.CreateCommand(TakeSql);
        take.Parameters.Add(new() { Value = Clock.GetUtcNow() });
        take.Parameters.Add(new() { Value = Lease });
        await using var reader = await take.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5))
            : null;
    }

    private async Task RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var remove = database.CreateCommand("DELETE FROM mails WHERE id = $1");
        remove.Parameters.Add(new() { Value = id });
        await remove.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task RescheduleAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        var delay = options.Value.RetryDelay * Math.Pow(2, Math.Min(waiting.Attempts - 1, 16));
        await using var put = database.CreateCommand("UPDATE mails SET not_before = $2 WHERE id = $1");
        put.Parameters.Add(new() { Value = waiting.Id });
        put.Parameters.Add(new() { Value = Clock.GetUtcNow() + (delay < MaxRetryDelay ? delay : MaxRetryDelay) });
        await put.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Waiting(Guid Id, string Recipient, string Subject, string Body, DateTimeOffset CreatedAt, int Attempts);
}
