using Microsoft.AspNetCore.DataProtection;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Mail;

/// <summary>Wakes the relay of mail after a commit.</summary>
internal sealed class MailSignal : Signal;

/// <summary>Takes mail to be sent: it goes out if the transaction commits, and then it does, however long the mail server is away.</summary>
internal sealed class MailOutbox(AuthDb db, MailEncryption encryption, TimeProvider clock)
{
    /// <summary>Adds a mail to the context, which the caller saves. Raise <see cref="MailSignal"/> after the commit.</summary>
    public void Add(string recipient, string subject, string text)
    {
        var now = clock.GetUtcNow();
        db.Add(new MailRow { Recipient = recipient, Subject = subject, Body = encryption.Protect(text), CreatedAt = now, NotBefore = now });
    }
}

/// <summary>Hides the texts of mail from those who read the table alone.</summary>
internal sealed class MailEncryption(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Auth.Mail");

    public string Protect(string text) => _protector.Protect(text);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The key is gone.</exception>
    public string Unprotect(string body) => _protector.Unprotect(body);
}
