using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Accounts.Mail;

/// <summary>A mail to be sent, written in the transaction that causes it.</summary>
internal sealed class MailRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Recipient { get; init; }

    public required string Subject { get; init; }

    /// <summary>The text, encrypted: it may contain a link that opens an account.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not to be sent before this time, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    public int Attempts { get; init; }
}

/// <summary>Wakes <see cref="MailRelay"/>. Raise it after the commit.</summary>
internal sealed class MailSignal : AsyncAutoResetEvent;

/// <summary>The outbox for mail: a mail is sent if the transaction commits, however long the mail server is unavailable.</summary>
internal sealed class MailQueue(AuthDb db, MailEncryption encryption, TimeProvider clock)
{
    /// <summary>Adds a mail to the context, which the caller saves.</summary>
    public void Add(string recipient, string subject, string text)
    {
        var now = clock.GetUtcNow();
        db.Add(new MailRow { Recipient = recipient, Subject = subject, Body = encryption.Protect(text), CreatedAt = now, NotBefore = now });
    }
}

/// <summary>Encrypts the text of mails in the table.</summary>
internal sealed class MailEncryption(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Auth.Mail");

    public string Protect(string text) => _protector.Protect(text);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The key no longer exists.</exception>
    public string Unprotect(string body) => _protector.Unprotect(body);
}

internal static class MailModel
{
    public static void AddMail(this ModelBuilder model) => model.Entity<MailRow>(row =>
    {
        row.ToTable("mails");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.Recipient).HasMaxLength(EmailAddress.MaxLength);
        row.HasIndex(r => r.NotBefore);
    });
}
