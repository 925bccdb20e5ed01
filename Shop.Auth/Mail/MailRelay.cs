using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MimeKit;
using Npgsql;

namespace Shop.Auth.Mail;

/// <summary>
/// Sends what waits, one after the other, and removes what was sent. A crash in between sends a mail again. When the server is away all wait, with growing
/// pauses; several replicas share the work.
/// </summary>
internal sealed class MailRelay(
    NpgsqlDataSource database, IMailTransport transport, MailEncryption encryption, MailSignal signal, IOptions<MailOptions> options, TimeProvider clock,
    ILogger<MailRelay> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Longer than it takes to send one: until then no other replica tries it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private const string TakeSql = """
        UPDATE mails SET not_before = $1 + $2, attempts = attempts + 1
        WHERE id = (SELECT id FROM mails WHERE not_before <= $1 ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, recipient, subject, body, created_at, attempts
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendNextAsync(stoppingToken))
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
                logger.LogWarning("Mail waits: {Reason}", e.Message);
                await Task.Delay(Patience, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>False when there was none to send, or none could be.</summary>
    private async Task<bool> SendNextAsync(CancellationToken cancel)
    {
        if (await TakeAsync(cancel) is not { } waiting)
        {
            return false;
        }
        try
        {
            using var mail = Letter(waiting);
            await transport.SendAsync(mail, cancel);
            await RemoveAsync(waiting.Id, cancel);
            return true;
        }
        catch (Exception e) when (MailTransports.IsForGood(e) || e is CryptographicException || clock.GetUtcNow() - waiting.CreatedAt > options.Value.GiveUpAfter)
        {
            // Without the address, which is a person's.
            logger.LogError("Mail {Id} is given up after {Attempts} tries: {Reason}", waiting.Id, waiting.Attempts, e.Message);
            await RemoveAsync(waiting.Id, cancel);
            return true;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            logger.LogWarning("Mail {Id} waits after {Attempts} tries: {Reason}", waiting.Id, waiting.Attempts, e.Message);
            await PutOffAsync(waiting, cancel);
            return true;
        }
    }

    private MimeMessage Letter(Waiting waiting) => new()
    {
        From = { MailboxAddress.Parse(options.Value.From) },
        To = { new MailboxAddress("", waiting.Recipient) },
        Subject = waiting.Subject,
        Date = waiting.CreatedAt,
        // The same however often it is sent, so that mail programs show it once.
        MessageId = $"{waiting.Id:N}@{options.Value.From.Split('@')[^1]}",
        Headers = { { HeaderId.AutoSubmitted, "auto-generated" } },
        Body = new TextPart("plain") { Text = encryption.Unprotect(waiting.Body) },
    };

    private async Task<Waiting?> TakeAsync(CancellationToken cancel)
    {
        await using var take = database.CreateCommand(TakeSql);
        take.Parameters.Add(new() { Value = clock.GetUtcNow() });
        take.Parameters.Add(new() { Value = Lease });
        await using var reader = await take.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5))
            : null;
    }

    private async Task RemoveAsync(Guid id, CancellationToken cancel)
    {
        await using var remove = database.CreateCommand("DELETE FROM mails WHERE id = $1");
        remove.Parameters.Add(new() { Value = id });
        await remove.ExecuteNonQueryAsync(cancel);
    }

    private async Task PutOffAsync(Waiting waiting, CancellationToken cancel)
    {
        var pause = options.Value.RetryDelay * Math.Pow(2, Math.Min(waiting.Attempts - 1, 16));
        await using var put = database.CreateCommand("UPDATE mails SET not_before = $2 WHERE id = $1");
        put.Parameters.Add(new() { Value = waiting.Id });
        put.Parameters.Add(new() { Value = clock.GetUtcNow() + (pause < LongestPause ? pause : LongestPause) });
        await put.ExecuteNonQueryAsync(cancel);
    }

    private sealed record Waiting(Guid Id, string Recipient, string Subject, string Body, DateTimeOffset CreatedAt, int Attempts);
}
